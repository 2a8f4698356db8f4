import { fastify } from 'fastify'
import { createObservations } from '../../src/contract/observation.js'
import * as contract from '../../src/contract/profile.js'
import { hashSecret, verifySecret } from '../../src/domain/secret.js'
import { compileValidator } from '../../src/http/validation.js'
import { readSamples } from './samples.js'

/**
 * Fastify with what every server of this API has to do: check the credentials' hash, parse and validate against the
 * same schemas, serialise an answer of the right size. No storage, no log, no metrics.
 */

const OPERATIONS = [
  contract.createProfile,
  contract.fetchProfile,
  contract.lookupProfiles,
  contract.patchProfile,
  contract.listProfiles,
  contract.listProfileTraits,
  createObservations,
]

const samples = readSamples()
const secrets = new Map([[process.env.BENCH_SID ?? '', hashSecret(process.env.BENCH_TOKEN ?? '')]])

function isKnown(authorization = ''): boolean {
  const [sid = '', token = ''] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')
  const hash = secrets.get(sid)
  return hash !== undefined && verifySecret(token, hash)
}

const app = fastify({ logger: false })
app.setValidatorCompiler(compileValidator)
app.setSerializerCompiler(() => JSON.stringify)
app.addHook('onRequest', async (request, reply) => {
  if (!isKnown(request.headers.authorization)) return reply.code(401).send({ message: 'no' })
})
for (const operation of OPERATIONS) {
  const { status = 404, body = '{}' } = samples.get(operation.operationId) ?? {}
  const answer: unknown = JSON.parse(body)
  app.route({
    method: operation.method,
    url: operation.url,
    schema: {
      params: operation.params,
      ...(operation.query && { querystring: operation.query }),
      ...(operation.body && { body: operation.body }),
    },
    handler: async (_request, reply) => reply.code(status).send(answer),
  })
}
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
