import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'

const run = promisify(execFile)

/** Files in PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** A certificate of this machine's loopback interface, which it signed itself. */
export async function serverCertificate(folder: string, name: string): Promise<ServerCertificate> {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)]
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
  ])
  return {cert, key}
}
