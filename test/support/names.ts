/** Makes names that no other call of the same maker gave. */
export function nameMaker(prefix: string): () => string {
  let count = 0
  return () => {
    count += 1
    return `${prefix}${count}`
  }
}
