import {once} from 'node:events'
import {createServer, type IncomingMessage, type RequestListener, type ServerResponse} from 'node:http'
import {createServer as createSecureServer} from 'node:https'
import type {AddressInfo, Socket} from 'node:net'
import {onTestFinished} from 'vitest'
import {RECEIVER_CERTIFICATE, RECEIVER_KEY} from './certificate.js'

/** A request as it arrived, whole. */
export interface Received {
  readonly path: string
  readonly headers: {readonly [name: string]: string}
  readonly body: string
}

/** What a receiver does with a request that it has read to its end. */
export type Behaviour = (response: ServerResponse, request: Received) => void

export const ACCEPT: Behaviour = (response) => void response.writeHead(204).end()

export function answer(status: number, headers: {[name: string]: string} = {}): Behaviour {
  return (response) => void response.writeHead(status, headers).end('words that nobody asked for')
}

/** Never answers. */
export const SILENCE: Behaviour = () => undefined

/** Breaks the connection off, although the message has arrived. */
export const BREAK_OFF: Behaviour = (response) => void response.socket?.destroy()

export interface Receiver {
  readonly url: string
  readonly port: number
  /** Everything that arrived, in order, whatever was answered. */
  readonly received: Received[]
  /** Connections that were ever made. */
  connections: number
  /** What it does from now on. */
  behave: Behaviour
  close(): Promise<void>
}

interface ReceiverOptions {
  readonly tls?: boolean
  readonly port?: number
}

/** A real receiver on this machine, closed when the test is over. */
export async function receiver(behave?: Behaviour, options?: ReceiverOptions): Promise<Receiver> {
  const opened = await openReceiver(behave, options)
  onTestFinished(() => opened.close())
  return opened
}

/** The same, to be closed by whoever opened it. */
export async function openReceiver(
  behave: Behaviour = ACCEPT,
  {tls = false, port = 0}: ReceiverOptions = {},
): Promise<Receiver> {
  const sockets = new Set<Socket>()
  const listener: RequestListener = (request, response) => {
    void readWhole(request).then((received) => {
      self.received.push(received)
      self.behave(response, received)
    })
  }
  const server = tls
    ? createSecureServer({key: RECEIVER_KEY, cert: RECEIVER_CERTIFICATE}, listener)
    : createServer(listener)
  server.on('connection', (socket: Socket) => {
    self.connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const self: Receiver = {
    url: tls ? `https://receiver.test:${address.port}/hook` : `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    received: [],
    connections: 0,
    behave,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

async function readWhole(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    path: request.url ?? '',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString(),
  }
}
