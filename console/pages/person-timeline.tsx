import { useState } from 'preact/hooks'
import type { Observation } from '../../src/contract/observation.js'
import type { Summary } from '../../src/contract/summary.js'
import { formatTime } from '../format.js'
import { useLoad } from '../load.js'
import { TypedConfirm } from '../parts/dialog.js'
import { Diff } from '../parts/diff.js'
import { Notice, Show } from '../parts/feedback.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { deleteObservation, deleteSummary, listObservations, listRevisions, listSummaries } from '../resources.js'
import { MemoryDialog } from './memory-dialog.js'

/** An observation or a summary, in one list. */
export type Memory = ({ kind: 'observation' } & Observation) | ({ kind: 'summary' } & Summary)

interface Pages {
  memories: readonly Memory[]
  nextObservations: string | undefined
  nextSummaries: string | undefined
}

const NONE: Pages = { memories: [], nextObservations: undefined, nextSummaries: undefined }

/** The first pages of both lists, or those behind them. */
async function fetchPages(store: string, id: string, after?: Pages): Promise<Pages> {
  const skip = after !== undefined
  const [observations, summaries] = await Promise.all([
    skip && after.nextObservations === undefined ? undefined : listObservations(store, id, after?.nextObservations),
    skip && after.nextSummaries === undefined ? undefined : listSummaries(store, id, after?.nextSummaries),
  ])
  const memories: Memory[] = [
    ...(after?.memories ?? []),
    ...(observations?.observations ?? []).map((one) => ({ kind: 'observation' as const, ...one })),
    ...(summaries?.summaries ?? []).map((one) => ({ kind: 'summary' as const, ...one })),
  ]
  return {
    memories: memories.toSorted((a, b) => b.occurredAt.localeCompare(a.occurredAt)),
    nextObservations: observations?.meta.nextToken,
    nextSummaries: summaries?.meta.nextToken,
  }
}

/** The states an observation went through, each as a change of the one before. */
function Revisions({ store, id, observation }: { store: string; id: string; observation: string }) {
  const loaded = useLoad(`revisions/${observation}`, () => listRevisions(store, id, observation))
  return (
    <div class="revisions">
      <Show of={loaded} rows={1}>
        {(states) => (
          <ol>
            {states.map((state, index) => {
              const older = states[index + 1]
              return (
                <li key={state.updatedAt}>
                  <span class="soft small-text">
                    {older === undefined ? 'Written' : 'Changed'} {formatTime(state.updatedAt)}
                  </span>
                  {older === undefined ? <p>{state.content}</p> : <Diff older={older.content} newer={state.content} />}
                </li>
              )
            })}
          </ol>
        )}
      </Show>
    </div>
  )
}

interface ItemProps {
  store: string
  id: string
  memory: Memory
  onEdit: () => void
  onDelete: () => void
}

function MemoryItem({ store, id, memory, onEdit, onDelete }: ItemProps) {
  const [open, setOpen] = useState(false)
  const changed = memory.updatedAt !== memory.createdAt
  return (
    <li class={memory.kind}>
      <div class="meta">
        <span>{memory.kind === 'summary' ? 'Summary' : 'Observation'}</span>
        <Ago at={memory.occurredAt} />
        {memory.source !== undefined && <span class="chip">{memory.source}</span>}
        <span class="row">
          {memory.kind === 'observation' && changed && (
            <button type="button" class="quiet small" aria-expanded={open} onClick={() => setOpen(!open)}>
              Revisions
            </button>
          )}
          <button type="button" class="quiet small" onClick={onEdit}>
            Edit
          </button>
          <button type="button" class="quiet small" onClick={onDelete}>
            Erase
          </button>
        </span>
      </div>
      <p>{memory.content}</p>
      {open && <Revisions store={store} id={id} observation={memory.id} />}
    </li>
  )
}

/** What happened with a person, newest first. */
export function Timeline({ store, id }: { store: string; id: string }) {
  const first = useLoad(`timeline/${store}/${id}`, () => fetchPages(store, id))
  const [more, setMore] = useState<Pages | undefined>()
  const [editing, setEditing] = useState<Memory | 'new' | undefined>()
  const [erasing, setErasing] = useState<Memory | undefined>()
  const [error, setError] = useState<unknown>()
  const pages = more ?? first.value ?? NONE
  const isMore = pages.nextObservations !== undefined || pages.nextSummaries !== undefined
  const reload = () => {
    setMore(undefined)
    first.reload()
  }
  const erase = async (memory: Memory) => {
    await (memory.kind === 'summary' ? deleteSummary : deleteObservation)(store, id, memory.id)
    toast('The memory is erased.')
    reload()
  }
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Timeline</h2>
        <button type="button" class="small" onClick={() => setEditing('new')}>
          Add an observation
        </button>
      </div>
      <Show of={first} rows={4} height={64}>
        {() =>
          pages.memories.length === 0 ? (
            <p class="panel-body soft">
              No memories yet. Add an observation here, or let conversations write them through the API.
            </p>
          ) : (
            <ol class="timeline">
              {pages.memories.map((memory) => (
                <MemoryItem
                  key={memory.id}
                  store={store}
                  id={id}
                  memory={memory}
                  onEdit={() => setEditing(memory)}
                  onDelete={() => setErasing(memory)}
                />
              ))}
            </ol>
          )
        }
      </Show>
      {isMore && (
        <div class="panel-body">
          <Notice error={error} />
          <button type="button" onClick={() => fetchPages(store, id, pages).then(setMore, setError)}>
            Show older
          </button>
        </div>
      )}
      {editing && (
        <MemoryDialog
          store={store}
          id={id}
          {...(editing !== 'new' && { memory: editing })}
          onClose={() => setEditing(undefined)}
          onDone={reload}
        />
      )}
      {erasing && (
        <TypedConfirm
          title={`Erase this ${erasing.kind}?`}
          text={erasing.content}
          word="erase"
          submit="Erase"
          onConfirm={() => erase(erasing)}
          onClose={() => setErasing(undefined)}
        />
      )}
    </section>
  )
}
