import type { ComponentChildren } from 'preact'

/** Something wide, such as a table, that scrolls by itself on small screens. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
