/** One or more shares of a whole, drawn by hand: no style needs to be written into the page. */
export function Bar({ label, shares }: { label: string; shares: readonly number[] }) {
  const names = ['', 'second', 'third', 'fourth']
  let start = 0
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="track" width="100" height="8" />
      {shares.map((share, index) => {
        const width = Math.min(100, Math.max(0, share * 100))
        const x = start
        start += width
        return <rect key={names[index]} class={`fill ${names[index]}`} x={x} width={width} height="8" />
      })}
    </svg>
  )
}
