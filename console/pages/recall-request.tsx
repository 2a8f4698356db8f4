import { useState } from 'preact/hooks'
import type { RecallInput } from '../../src/contract/recall.js'
import { Code } from '../parts/code.js'

interface RequestProps {
  store: string
  profile: string
  input: RecallInput
}

function indent(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`)
}

/** Within single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function toCurl({ store, profile, input }: RequestProps): string {
  return `curl -u "$ACCOUNT_SID:$AUTH_TOKEN" ${location.origin}/v1/Stores/${store}/Profiles/${profile}/Recall \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(JSON.stringify(input))}`
}

function toNode({ store, profile, input }: RequestProps): string {
  const body = JSON.stringify(input, null, 2).replaceAll(/"(\w+)":/g, '$1:')
  return `const client = require('twilio')(process.env.ACCOUNT_SID, process.env.AUTH_TOKEN)
client.memory.baseUrl = '${location.origin}'

client.memory.v1
  .recall('${store}', '${profile}')
  .create(${indent(body, '  ')})
  .then(({ observations, summaries }) => console.log(observations, summaries))`
}

function toPython({ store, profile, input }: RequestProps): string {
  return `import os, requests

answer = requests.post(
    "${location.origin}/v1/Stores/${store}/Profiles/${profile}/Recall",
    auth=(os.environ["ACCOUNT_SID"], os.environ["AUTH_TOKEN"]),
    json=${indent(JSON.stringify(input, null, 4), '    ')},
)
answer.raise_for_status()
print(answer.json()["observations"])`
}

const LANGUAGES = [
  ['curl', toCurl],
  ['Node SDK', toNode],
  ['Python', toPython],
] as const

/** What was asked, to be asked from a program. Credentials are left to the environment. */
export function SameRequest(props: RequestProps) {
  const [chosen, setChosen] = useState<string>('curl')
  const make = LANGUAGES.find(([name]) => name === chosen)?.[1] ?? toCurl
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>The same request</h2>
        <fieldset class="row" aria-label="Language">
          {LANGUAGES.map(([name]) => (
            <button
              key={name}
              type="button"
              class="small"
              aria-pressed={name === chosen}
              onClick={() => setChosen(name)}
            >
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <div class="panel-body">
        <Code label={`the request for ${chosen}`} text={make(props)} />
      </div>
    </section>
  )
}
