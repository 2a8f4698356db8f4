import { ApiFailure } from './api.js'

/**
 * Puts a file to a signed URL. Only its path is used, so that it goes to the server the console came from.
 *
 * @param onProgress told the bytes sent so far
 * @throws ApiFailure
 */
export function uploadFile(url: string, file: Blob, onProgress: (bytes: number) => void): Promise<void> {
  const { pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', pathname + search)
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onerror = () => reject(new ApiFailure('The connection broke while the file was sent. Try again.', 0))
    request.onload = () => {
      if (request.status === 200) return resolve()
      const body = JSON.parse(request.responseText || '{}') as { message?: string }
      return reject(new ApiFailure(body.message ?? `The server answered ${request.status}.`, request.status))
    }
    request.send(file)
  })
}
