import { rmSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Loaded into a server that nobody stops: it ends with the process that started it, however that ends.
if (isMainThread) {
  process.once('disconnect', () => {
    rmSync(process.env.RECOLLECT_DATA_DIR, { recursive: true, force: true })
    process.exit()
  })
  process.channel.unref()
}
