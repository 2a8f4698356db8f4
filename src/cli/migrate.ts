import { type Command, print } from './command.js'
import { withDatabase } from './database.js'

export const migrateDatabase: Command = {
  name: 'migrate',
  summary: 'Bring the database up to this version',
  options: {},
  run: (input) =>
    withDatabase(input, async ({ applied }) => {
      print(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
    }),
}
