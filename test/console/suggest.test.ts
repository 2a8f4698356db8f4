import { expect, it } from 'vitest'
import { suggestMappings } from '../../console/suggest.js'

const text = { dataType: 'STRING' } as const
const GROUPS = [
  { displayName: 'Contact', version: 1, traits: { email: text, phone: text, firstName: text, city: text } },
  { displayName: 'Loyalty', version: 1, traits: { points: { dataType: 'NUMBER' as const } } },
]
const traitsOf = (header: string[], ...rows: string[][]) =>
  suggestMappings(header, rows, GROUPS).map(({ trait }) => trait)

it('goes by names, however they are written', () => {
  expect(traitsOf(['E-Mail', 'First Name', 'TOWN', 'loyalty_points', 'colour'])).toEqual([
    'Contact.email',
    'Contact.firstName',
    'Contact.city',
    'Loyalty.points',
    '',
  ])
})

it('goes by values where a name says nothing', () => {
  const rows = [
    ['x@example.com', '(317) 555-0101', '20260101'],
    ['', '317-555-0102', '20260102'],
    ['y@example.com', '+13175550103', '20260103'],
  ]
  const suggestions = suggestMappings(['one', 'two', 'three'], rows, GROUPS)
  expect(suggestions).toEqual([
    { trait: 'Contact.email', reason: 'by its values' },
    { trait: 'Contact.phone', reason: 'by its values' },
    { trait: '', reason: '' },
  ])
})

it('gives a trait to one column, to the one that is named so', () => {
  expect(traitsOf(['work', 'email'], ['a@example.com', 'b@example.com'])).toEqual(['', 'Contact.email'])
})
