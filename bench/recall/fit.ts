import { parseArgs } from 'node:util'
import type { QuestionForm } from '../../src/domain/recall/question-form.js'
import { loadUseLite, type UseLite } from '../../src/embedding/use-lite.js'
import { readCustomers } from './customers.js'
import { readTasks } from './locomo.js'
import { type Example, fitLogistic } from './logistic.js'
import { BANK } from './material/bank.js'
import { CLINIC } from './material/clinic.js'
import { GENERAL } from './material/general.js'
import { SHOP } from './material/shop.js'
import { TELECOM } from './material/telecom.js'
import { type Asked, cosinesOf, createProfile, fitQuestionForm, type Profile } from './profiles.js'
import type { Task } from './task.js'

/**
 * Fits the constants of recall anew: `npx tsx bench/recall/fit.ts --locomo FILE`. Prints the form of questions
 * (src/domain/recall/question-form-data.ts) and the two calibrations (src/domain/recall/relevance.ts), and how they do on
 * questions that were left out.
 *
 * 1. The form is learnt from the made-up customers alone: LoCoMo judges it.
 * 2. The weights are a logistic regression on pairs of question and memory of LoCoMo, each kind weighing the same.
 * 3. The bias, which changes no ranking, is the largest at which on each set of memories at most MOST_OFF_TOPIC of the
 *    questions about something else and MOST_FOREIGN of those about the next conversation reach a score of 0.2.
 *
 * Left out together are the questions of one conversation, and those about one kind of fact with all customers.
 */

const MOST_OFF_TOPIC = 0.02
const MOST_FOREIGN = 0.08
const OPERATING_POINT = oddsOf(0.2)
/** Keeps the best score that must not reach 0.2 from reaching it, rounding included. */
const MARGIN = 0.01
/** What pairs that do not belong together weigh. It moves the weights little, and the bias is set afterwards. */
const NEGATIVE_WEIGHT = 1 / 12
const FOLDS = 5
const THRESHOLDS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5]
/** Turns are judged but are no memories. */
const MEMORIES = ['customers', 'observations', 'summaries']
const LEARNT_FROM = ['observations', 'turns', 'summaries']

function oddsOf(probability: number): number {
  return Math.log(probability / (1 - probability))
}

type Features = (lexical: number, cosine: number) => number[]
const HYBRID: Features = (lexical, cosine) => [1, lexical, Number.isNaN(cosine) ? 0 : cosine]
const LEXICAL: Features = (lexical) => [1, lexical]

/** Which fact a note is about, by its fixed words. */
function createFactFinder(): (content: string) => number {
  const facts = [...BANK, ...CLINIC, ...GENERAL, ...SHOP, ...TELECOM]
  const patterns = facts.flatMap(({ notes }, fact) =>
    notes.map((note) => {
      const escaped = note.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '.+')
      return { fact, pattern: new RegExp(`^${escaped}$`) }
    }),
  )
  return (content) => patterns.find(({ pattern }) => pattern.test(content))?.fact ?? 0
}

function readProfiles(file: string, encode: UseLite['encode']): Record<string, Profile[]> {
  const { tasks, offTopic } = readCustomers()
  const findFact = createFactFinder()
  const factsOf = ({ memories, questions }: Task) =>
    questions.map(({ gold }) => findFact(memories.find(({ id }) => gold.has(id))?.content ?? ''))
  const observations = readTasks(file, 'observations')
  const foreignTo = (position: number) => observations[(position + 1) % observations.length]?.questions ?? []
  const ofConversations = (conversations: readonly Task[]) =>
    conversations.map((task, position) =>
      createProfile(
        {
          task,
          groups: task.questions.map(() => position),
          offTopic,
          foreign: foreignTo(position).map(({ question }) => question),
        },
        encode,
      ),
    )
  const strangers = observations.flatMap(({ questions }) => questions.map(({ question }) => question))
  return {
    customers: tasks.map((task) =>
      createProfile(
        { task, groups: factsOf(task), offTopic, foreign: strangers.filter((_, at) => at % 8 === 0) },
        encode,
      ),
    ),
    observations: ofConversations(observations),
    turns: ofConversations(readTasks(file, 'turns')),
    summaries: ofConversations(readTasks(file, 'summaries')),
  }
}

interface FitOptions {
  readonly features: Features
  readonly isUsed: (group: number) => boolean
}

interface Fitted {
  readonly form: QuestionForm
  readonly features: Features
  readonly weights: readonly number[]
}

/** The pairs of some profiles; those that answer weigh 1 together. */
function collectExamples(
  profiles: readonly Profile[],
  form: QuestionForm,
  { features, isUsed }: FitOptions,
): Example[] {
  const pairs = profiles.flatMap((profile) =>
    profile.answerable
      .filter(({ group }) => isUsed(group))
      .flatMap((asked) => {
        const cosines = cosinesOf(profile, asked, form)
        return [...asked.lexical].map((lexical, slot) => ({
          features: features(lexical, cosines[slot] ?? Number.NaN),
          answers: asked.gold.has(slot),
        }))
      }),
  )
  const answering = pairs.filter(({ answers }) => answers).length
  return pairs.map((pair) => ({ ...pair, weight: (pair.answers ? 1 : NEGATIVE_WEIGHT) / answering }))
}

function fitConstants(sets: ReadonlyMap<string, Profile[]>, options: FitOptions): Fitted {
  const { features, isUsed } = options
  const form = fitQuestionForm(sets.get('customers') ?? [], isUsed)
  const examples = LEARNT_FROM.flatMap((set) => collectExamples(sets.get(set) ?? [], form, options))
  const [, ...weights] = fitLogistic(
    examples,
    features(3, 3).map((_, at) => (at === 0 ? -3 : 3)),
  )
  const unbiased = { form, features, weights: [0, ...weights] }
  const biases = MEMORIES.flatMap((set) =>
    (
      [
        ['offTopic', MOST_OFF_TOPIC],
        ['foreign', set === 'customers' ? 1 : MOST_FOREIGN],
      ] as const
    ).map(([kind, most]) => {
      const best = (sets.get(set) ?? []).flatMap((profile) =>
        profile[kind].filter(({ group }) => isUsed(group)).map((asked) => bestOf(profile, asked, unbiased)),
      )
      return OPERATING_POINT - quantileFromTop(best, most)
    }),
  )
  return { ...unbiased, weights: [Math.min(...biases) - MARGIN, ...weights] }
}

/** The value that this share of all values exceeds. */
function quantileFromTop(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => b - a)
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0
}

/** The scores with the neighbours' support, as log odds. */
function evidenceOf(profile: Profile, asked: Asked, { form, features, weights }: Fitted): Float64Array {
  const cosines = cosinesOf(profile, asked, form)
  const evidence = asked.lexical.map((lexical, slot) =>
    features(lexical, cosines[slot] ?? Number.NaN).reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0),
  )
  profile.neighbours.spread(evidence)
  return evidence
}

function bestOf(profile: Profile, asked: Asked, fitted: Fitted): number {
  return Math.max(...evidenceOf(profile, asked, fitted))
}

interface Best {
  readonly kept: number[]
  readonly offTopic: number[]
  readonly foreign: number[]
}

/** The best scores of answers, and of anything for questions without an answer, by the fit that did not see them. */
function judge(profiles: readonly Profile[], folds: readonly Fitted[]): Best {
  const best: Best = { kept: [], offTopic: [], foreign: [] }
  const fitFor = ({ group }: Asked) => folds[group % FOLDS] as Fitted
  for (const profile of profiles) {
    for (const asked of profile.answerable) {
      const evidence = evidenceOf(profile, asked, fitFor(asked))
      best.kept.push(Math.max(...[...asked.gold].map((slot) => evidence[slot] ?? 0)))
    }
    for (const kind of ['offTopic', 'foreign'] as const) {
      for (const asked of profile[kind]) best[kind].push(bestOf(profile, asked, fitFor(asked)))
    }
  }
  return best
}

function print(name: string, { kept, offTopic, foreign }: Best): void {
  const share = (values: readonly number[], odds: number) =>
    ((100 * values.filter((value) => value >= odds).length) / Math.max(values.length, 1)).toFixed(1)
  for (const threshold of THRESHOLDS) {
    const shares = [kept, offTopic, foreign].map((values) => share(values, oddsOf(threshold)))
    console.log(`| ${[name, threshold, ...shares].join(' | ')} |`)
  }
  const bounds = [0.01, 0.02, 0.05, 0.1].map((most) => {
    const odds = quantileFromTop(offTopic, most)
    return `${share(kept, odds)} % where ${100 * most} % of off topic get through`
  })
  console.log(`| ${name} | whatever the bias: | ${bounds.join(', ')} | | |`)
}

function report(name: string, features: Features, sets: ReadonlyMap<string, Profile[]>): void {
  const { form, weights } = fitConstants(sets, { features, isUsed: () => true })
  const largest = Math.max(...form.direction.map(Math.abs))
  const bytes = Int8Array.from(form.direction, (value) => Math.round((127 * value) / largest))
  console.log(`\ndirection '${Buffer.from(bytes.buffer).toString('base64')}'\nlevel ${form.level.toFixed(4)}`)
  console.log(`${name}: ${weights.map((weight) => weight.toFixed(3)).join(', ')}`)
  const folds = Array.from({ length: FOLDS }, (_, fold) =>
    fitConstants(sets, { features, isUsed: (group) => group % FOLDS !== fold }),
  )
  for (const fold of folds) console.log(`  left out: ${fold.weights.map((weight) => weight.toFixed(3)).join(', ')}`)
  console.log('\n| left out | threshold | kept | off topic | foreign |\n|---|---|---|---|---|')
  for (const [set, profiles] of sets) print(set, judge(profiles, folds))
}

const { values } = parseArgs({ options: { locomo: { type: 'string' } } })
if (values.locomo === undefined) {
  console.log('Say where the LoCoMo benchmark is: npx tsx bench/recall/fit.ts --locomo FILE')
} else {
  const { encode } = await loadUseLite()
  const known = new Map<string, Float32Array | undefined>()
  const sets = readProfiles(values.locomo, (text) => {
    if (!known.has(text)) known.set(text, encode(text))
    return known.get(text)
  })
  report('words and vectors', HYBRID, new Map(Object.entries(sets)))
  report('words alone', LEXICAL, new Map(Object.entries(sets)))
}
