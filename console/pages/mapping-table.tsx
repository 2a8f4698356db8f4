import type { TraitGroup } from '../../src/contract/trait-group.js'
import type { CsvHead } from '../csv.js'
import { Scroll } from '../parts/scroll.js'
import type { Suggestion } from '../suggest.js'
import { traitOptions } from './data-mappings.js'

const SHOWN_VALUES = 3

function samplesOf({ rows }: CsvHead, index: number): string {
  const values = rows.map((row) => row[index] ?? '').filter((value) => value !== '')
  return [...new Set(values)].slice(0, SHOWN_VALUES).join(' · ')
}

interface MappingTableProps {
  head: CsvHead
  groups: readonly TraitGroup[]
  suggestions: readonly Suggestion[]
  onChange: (suggestions: Suggestion[]) => void
}

/** Which column becomes which trait. */
export function MappingTable({ head, groups, suggestions, onChange }: MappingTableProps) {
  const options = traitOptions(groups)
  const taken = new Set(suggestions.map(({ trait }) => trait))
  const change = (index: number, trait: string) =>
    onChange(suggestions.map((one, at) => (at === index ? { trait, reason: '' } : one)))
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Columns</h2>
      </div>
      <Scroll label="Columns">
        <table>
          <thead>
            <tr>
              <th>Column</th>
              <th>Values</th>
              <th>Trait</th>
            </tr>
          </thead>
          <tbody>
            {head.header.map((column, index) => (
              // Names of columns may repeat; their places stay.
              <tr key={index}>
                <td class="mono">{column}</td>
                <td class="soft">{samplesOf(head, index)}</td>
                <td>
                  <select
                    aria-label={`Trait for ${column}`}
                    value={suggestions[index]?.trait ?? ''}
                    onChange={(event) => change(index, event.currentTarget.value)}
                  >
                    <option value="">not imported</option>
                    {options.map(([trait, label]) => (
                      <option
                        key={trait}
                        value={trait}
                        disabled={taken.has(trait) && suggestions[index]?.trait !== trait}
                      >
                        {label}
                      </option>
                    ))}
                  </select>
                  <span class="soft small-text">
                    {suggestions[index]?.reason ? `suggested ${suggestions[index]?.reason}` : '\u00a0'}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}
