import { useState } from 'preact/hooks'
import type { TraitDefinition, ValidationRule } from '../../src/contract/trait-group.js'
import { FormDialog } from '../parts/dialog.js'
import { SelectField, TextField } from '../parts/field.js'
import { toast } from '../parts/toast.js'
import { patchTraitGroup } from '../resources.js'

/** The fields of a rule by the type of its trait, with their labels. */
const RULE_FIELDS = {
  STRING: [
    ['minLength', 'Least length'],
    ['maxLength', 'Greatest length'],
  ],
  NUMBER: [
    ['min', 'Least'],
    ['max', 'Greatest'],
  ],
  BOOLEAN: [],
  ARRAY: [
    ['minItems', 'Least number of items'],
    ['maxItems', 'Greatest number of items'],
  ],
} as const

type Type = keyof typeof RULE_FIELDS

const TYPE_OPTIONS: readonly (readonly [Type, string])[] = [
  ['STRING', 'string'],
  ['NUMBER', 'number'],
  ['BOOLEAN', 'boolean'],
  ['ARRAY', 'array'],
]

type Limits = Readonly<Record<string, string>>

function readLimits(rule: ValidationRule | undefined): Limits {
  return Object.fromEntries(Object.entries(rule ?? {}).map(([field, value]) => [field, String(value)]))
}

/** The rule that the fields say; nothing when none is filled in. */
function toRule(type: Type, limits: Limits): ValidationRule | undefined {
  const numbers = RULE_FIELDS[type].flatMap(([field]) => {
    const text = limits[field] ?? ''
    return text === '' ? [] : [[field, Number(text)] as const]
  })
  const pattern = type === 'STRING' && limits.pattern ? [['pattern', limits.pattern] as const] : []
  const fields = [...numbers, ...pattern]
  return fields.length === 0 ? undefined : ({ ...Object.fromEntries(fields), ruleType: type } as ValidationRule)
}

function RuleFields({ type, limits, change }: { type: Type; limits: Limits; change: (limits: Limits) => void }) {
  return (
    <>
      <div class="columns">
        {RULE_FIELDS[type].map(([field, label]) => (
          <TextField
            key={field}
            label={label}
            type="number"
            step="any"
            value={limits[field] ?? ''}
            onInput={(value) => change({ ...limits, [field]: value })}
          />
        ))}
      </div>
      {type === 'STRING' && (
        <TextField
          label="Pattern"
          hint="A regular expression in RE2 syntax that the whole value is searched for."
          value={limits.pattern ?? ''}
          onInput={(pattern) => change({ ...limits, pattern })}
          maxLength={1000}
        />
      )}
    </>
  )
}

interface TraitDialogProps {
  store: string
  group: string
  name?: string
  definition?: TraitDefinition
  idTypes: readonly string[]
  onClose: () => void
  onDone: () => void
}

/** Declares a trait, or changes how it is declared. */
export function TraitDialog({ store, group, name, definition, idTypes, onClose, onDone }: TraitDialogProps) {
  const [trait, setTrait] = useState(name ?? '')
  const [type, setType] = useState<Type>((definition?.dataType || 'STRING') as Type)
  const [description, setDescription] = useState(definition?.description ?? '')
  const [promotion, setPromotion] = useState(definition?.idTypePromotion ?? '')
  const [limits, setLimits] = useState(readLimits(definition?.validationRule))
  const submit = async () => {
    const rule = toRule(type, limits)
    const next: TraitDefinition = {
      dataType: type,
      ...(description !== '' && { description }),
      ...(rule !== undefined && { validationRule: rule }),
      ...(promotion !== '' && { idTypePromotion: promotion }),
    }
    await patchTraitGroup(store, group, { traits: { [trait]: next } })
    toast(`${group}.${trait} is declared.`)
    onDone()
  }
  const title = name === undefined ? `New trait in ${group}` : `${group}.${name}`
  return (
    <FormDialog title={title} submit="Save trait" onClose={onClose} onSubmit={submit}>
      {name === undefined && (
        <TextField label="Name" value={trait} onInput={setTrait} maxLength={64} required autoFocus />
      )}
      <div class="columns">
        <SelectField label="Type" value={type} onChange={(value) => setType(value as Type)} options={TYPE_OPTIONS} />
        <SelectField
          label="Identifies a person as"
          value={promotion}
          onChange={setPromotion}
          options={[['', 'nobody'], ...idTypes.map((idType) => [idType, idType] as const)]}
        />
      </div>
      <TextField label="What it means" value={description} onInput={setDescription} maxLength={1024} />
      <RuleFields type={type} limits={limits} change={setLimits} />
    </FormDialog>
  )
}
