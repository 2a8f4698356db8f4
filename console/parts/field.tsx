import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  hint?: string | undefined
  hideLabel?: boolean
}

function Field({ id, label, hint, hideLabel, children }: FieldProps & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'visually-hidden' : ''}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}

type TextFieldProps = FieldProps & {
  value: string
  onInput: (value: string) => void
  lines?: number
  /** Whether the search key goes here. */
  focusKey?: boolean
  type?: 'text' | 'password' | 'search' | 'number' | 'date' | 'datetime-local'
  placeholder?: string
  autoFocus?: boolean
  required?: boolean
  min?: number
  max?: number
  step?: 'any'
  maxLength?: number
  pattern?: string
  autocomplete?: 'username' | 'current-password' | 'off'
}

/** A labelled line of text, or several lines. */
export function TextField({
  label,
  hint,
  hideLabel,
  value,
  onInput,
  lines,
  focusKey,
  type = 'text',
  ...rest
}: TextFieldProps) {
  const id = useId()
  const common = {
    id,
    value,
    ...(hint !== undefined && { 'aria-describedby': `${id}-hint` }),
    ...(focusKey && { 'data-search': '' }),
    spellcheck: false,
    ...rest,
  }
  return (
    <Field id={id} label={label} hint={hint} {...(hideLabel && { hideLabel })}>
      {lines === undefined ? (
        <input {...common} type={type as 'text'} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <textarea
          id={id}
          rows={lines}
          value={value}
          {...(rest.placeholder !== undefined && { placeholder: rest.placeholder })}
          {...(rest.required !== undefined && { required: rest.required })}
          {...(rest.maxLength !== undefined && { maxLength: rest.maxLength })}
          {...(rest.autoFocus !== undefined && { autoFocus: rest.autoFocus })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

type SelectFieldProps = FieldProps & {
  value: string
  onChange: (value: string) => void
  options: readonly (readonly [value: string, label: string])[]
}

/** A labelled choice. */
export function SelectField({ label, hint, hideLabel, value, onChange, options }: SelectFieldProps) {
  const id = useId()
  return (
    <Field id={id} label={label} hint={hint} {...(hideLabel && { hideLabel })}>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** A labelled checkbox. */
export function CheckField({
  label,
  checked,
  onChange,
}: {
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}
