import {execFile} from 'node:child_process'
import {access, mkdir, rename, rm, writeFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {ServiceUnavailableError} from './service-unavailable-error.js'

const run = promisify(execFile)

const KAFKA = '4.1.1'
const LOG4J = '2.25.1'

/** What a broker needs; the logging that its POM leaves out is named beside it. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tripline</groupId>
  <artifactId>services</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>${LOG4J}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J}</version></dependency>
  </dependencies>
</project>
`

const DOWNLOAD_LIMIT_MS = 600_000

/** The folder of Apache Kafka's libraries, fetched from Maven Central the first time and kept in the user's cache. */
export async function kafkaLibraries(note: (text: string) => void): Promise<string> {
  const folder = join(homedir(), '.cache', 'tripline', `kafka-${KAFKA}`)
  const libraries = join(folder, 'libs')
  if (await exists(libraries)) return libraries
  note(`fetching Apache Kafka ${KAFKA} from Maven Central, once`)
  // Only what is complete gets the name under which it is looked for.
  const partial = join(folder, `libs.${process.pid}`)
  await mkdir(folder, {recursive: true})
  const pom = join(folder, 'pom.xml')
  await writeFile(pom, POM)
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
  try {
    await run('mvn', ['-q', '-B', '-f', pom, ...goal], {timeout: DOWNLOAD_LIMIT_MS})
    await rename(partial, libraries)
  } catch (error) {
    // Another process may have been faster.
    if (!(await exists(libraries))) throw unavailable(error as NodeJS.ErrnoException & {stdout?: string})
  } finally {
    await rm(partial, {recursive: true, force: true})
  }
  return libraries
}

function unavailable(error: NodeJS.ErrnoException & {stdout?: string}): ServiceUnavailableError {
  if (error.code === 'ENOENT')
    return new ServiceUnavailableError(
      'mvn was not found, which fetches Apache Kafka; install Maven (Debian: apt-get install maven)',
    )
  const words = (error.stdout || error.message).trim().split('\n').slice(0, 5).join('\n')
  return new ServiceUnavailableError(`Apache Kafka could not be fetched from Maven Central:\n${words}`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
