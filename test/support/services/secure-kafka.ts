import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type BackgroundProcess, endProcess} from '../../../src/app/services/background-process.js'
import {freePort} from '../../../src/app/services/free-port.js'
import {startKafka} from '../../../src/app/services/kafka-server.js'
import type {ServerCertificate} from './server-certificate.js'

export const USER = 'tripline'
export const PASSWORD = 'right-one'

/** A broker that speaks TLS only to its clients, and wants a login. */
export class SecureKafka {
  private constructor(
    /** `host:port` */
    readonly address: string,
    private readonly folder: string,
    private readonly process: BackgroundProcess,
  ) {}

  static async start({cert, key}: ServerCertificate): Promise<SecureKafka> {
    const folder = await mkdtemp(join(tmpdir(), 'tripline-kafka-'))
    const keystore = join(folder, 'keystore.pem')
    await writeFile(keystore, (await readFile(key, 'utf8')) + (await readFile(cert, 'utf8')))
    const address = `127.0.0.1:${await freePort()}`
    const login = 'org.apache.kafka.common.security'
    const {process} = await startKafka(join(folder, 'kafka'), () => undefined, {
      settings: (usual) => ({
        ...usual,
        listeners: `${usual.listeners},SASL_SSL://${address}`,
        'advertised.listeners': `${usual['advertised.listeners']},SASL_SSL://${address}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keystore,
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
      }),
      format: ['--add-scram', `SCRAM-SHA-512=[name=${USER},password=${PASSWORD}]`],
    })
    return new SecureKafka(address, folder, process)
  }

  async remove(): Promise<void> {
    await endProcess(this.process)
    await rm(this.folder, {recursive: true, force: true})
  }
}
