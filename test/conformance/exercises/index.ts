import { CONTROL_PLANE } from './control-plane.js'
import { DATA_MAPPINGS } from './data-mapping.js'
import type { Exercise } from './exercise.js'
import { MEMORIES } from './memory.js'
import { PROFILES } from './profile.js'
import { OWN } from './recollect.js'

/** How each operation is exercised. An operation of openapi.json that is not here fails the tests. */
export const EXERCISES: Readonly<Record<string, Exercise>> = {
  ...CONTROL_PLANE,
  ...DATA_MAPPINGS,
  ...PROFILES,
  ...MEMORIES,
  ...OWN,
}
