import {once} from 'node:events'
import {connect, createServer, type Server, type Socket} from 'node:net'

/** Stands between a client and a server and can lose answers: what was asked is done, and nobody hears of it. */
export class LossyProxy {
  private isLosing = false
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(targetPort: number): Promise<LossyProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new LossyProxy(server, (server.address() as {port: number}).port)
    server.on('connection', (client) => proxy.join(client, connect(targetPort, '127.0.0.1')))
    return proxy
  }

  /** The next answer is lost, and the connection with it. */
  loseNextAnswer(): void {
    this.isLosing = true
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  private join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.pipe(server)
    server.on('data', (data) => {
      if (!this.isLosing) client.write(data)
      else {
        this.isLosing = false
        client.destroy()
      }
    })
  }
}
