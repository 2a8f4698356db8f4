import { formatAgo, formatTime } from '../format.js'

/** A moment: how long ago, and exactly when pointed at. */
export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatAgo(at)}
    </time>
  )
}
