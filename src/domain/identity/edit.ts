import { badRequest, notFound } from '../../errors.js'
import type { IdentityRules } from './decide.js'
import { uniteIdentifiers } from './merge.js'
import type { ProfileState } from './state.js'

/** A change of a profile's stored identifiers, beyond adding some. */
export type IdentifierEdit =
  | { readonly kind: 'replace'; readonly idType: string; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly idType: string; readonly all: boolean }

/**
 * Applies an edit. A value that replaces another takes its place in time.
 *
 * @throws ApiError 404 when the profile has no such value
 */
export function applyEdit(state: ProfileState, edit: IdentifierEdit, rules: IdentityRules): ProfileState {
  return edit.kind === 'replace' ? replaceValue(state, edit) : removeValues(state, edit, rules)
}

function replaceValue(state: ProfileState, edit: Extract<IdentifierEdit, { kind: 'replace' }>): ProfileState {
  const { idType, from, to } = edit
  const old = state.identifiers.find((owned) => owned.idType === idType && owned.value === from)
  if (old === undefined) throw notFound(`oldValue: that ${idType} of the profile`)
  const replaced = state.identifiers.map((owned) => (owned === old ? { ...old, value: to, joins: 0 } : owned))
  return { ...state, identifiers: uniteIdentifiers(replaced) }
}

function removeValues(
  state: ProfileState,
  { idType, all }: Extract<IdentifierEdit, { kind: 'remove' }>,
  rules: IdentityRules,
): ProfileState {
  const config = rules.identifierTypes.get(idType)
  if (config === undefined) throw badRequest(`idType "${idType}" is not an identifier type of this store`)
  const values = state.identifiers.filter((owned) => owned.idType === idType)
  const chosen = config.limitPolicy === 'fifo' ? values[0] : values.at(-1)
  if (chosen === undefined) throw notFound(`A ${idType} of the profile`)
  const identifiers = state.identifiers.filter((owned) => (all ? owned.idType !== idType : owned !== chosen))
  return { ...state, identifiers }
}
