import { useState } from 'preact/hooks'
import type { IdentitySettingsInput, Normalization } from '../../src/contract/identity.js'
import { FormDialog } from '../parts/dialog.js'
import { CheckField, SelectField, TextField } from '../parts/field.js'

export type IdentifierConfig = IdentitySettingsInput['identifierConfigs'][number]

const NORMALIZATIONS: readonly (readonly [Normalization, string])[] = [
  ['trim', 'trimmed'],
  ['email', 'e-mail address'],
  ['phone', 'phone number (E.164)'],
  ['none', 'as it is'],
]

interface IdentifierDialogProps {
  config?: IdentifierConfig
  onSave: (config: IdentifierConfig) => void
  onClose: () => void
}

/** Settings of one identifier type; saved with the rules as a whole. */
export function IdentifierDialog({ config, onSave, onClose }: IdentifierDialogProps) {
  const [draft, setDraft] = useState<IdentifierConfig>(
    config ?? { idType: '', normalization: 'trim', enforceUnique: true, limit: 100, limitPolicy: 'fifo' },
  )
  const change = (part: Partial<IdentifierConfig>) => setDraft({ ...draft, ...part })
  return (
    <FormDialog
      title={config === undefined ? 'New identifier type' : `Identifier type ${config.idType}`}
      submit={config === undefined ? 'Add' : 'Keep'}
      onClose={onClose}
      onSubmit={async () => onSave(draft)}
    >
      {config === undefined && (
        <TextField
          label="Name"
          value={draft.idType}
          onInput={(idType) => change({ idType })}
          maxLength={30}
          required
          autoFocus
        />
      )}
      <div class="columns">
        <SelectField
          label="Brought into one form as"
          value={draft.normalization ?? 'trim'}
          onChange={(value) => change({ normalization: value as Normalization })}
          options={NORMALIZATIONS}
        />
        <SelectField
          label="Lookup finds"
          value={draft.matchingAlgo ?? 'exact'}
          onChange={(value) => change({ matchingAlgo: value as 'exact' | 'fuzzy' })}
          options={[
            ['exact', 'equal values'],
            ['fuzzy', 'similar values'],
          ]}
        />
      </div>
      {draft.matchingAlgo === 'fuzzy' && (
        <TextField
          label="Least similarity in percent"
          type="number"
          min={50}
          max={99}
          value={String(draft.matchingThreshold ?? 75)}
          onInput={(value) => change({ matchingThreshold: Number(value) })}
        />
      )}
      <div class="columns">
        <TextField
          label="Values a person keeps"
          type="number"
          min={1}
          max={100}
          value={String(draft.limit ?? 100)}
          onInput={(value) => change({ limit: Number(value) })}
        />
        <SelectField
          label="Beyond that goes"
          value={draft.limitPolicy ?? 'fifo'}
          onChange={(value) => change({ limitPolicy: value as 'fifo' | 'lifo' })}
          options={[
            ['fifo', 'the oldest'],
            ['lifo', 'the newest'],
          ]}
        />
      </div>
      <CheckField
        label="A value belongs to one person only"
        checked={draft.enforceUnique ?? true}
        onChange={(enforceUnique) => change({ enforceUnique })}
      />
    </FormDialog>
  )
}
