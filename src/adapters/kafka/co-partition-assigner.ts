import type {PartitionAssigner} from 'kafkajs'
import {sharePartitions} from './co-partition.js'
import {kafkajs} from './kafkajs.js'
import type {InputTopic} from './topic-names.js'

const {MemberAssignment, MemberMetadata} = kafkajs.AssignerProtocol

const NAME = 'tripline-co-partitioned'
const VERSION = 1

/**
 * Gives partition p of all topics that are partitioned by the user to the same member, and all partitions of the others
 * to every member. A member says which partitions it has (`owned`), and keeps as many of them as it can.
 */
export function coPartitionAssigner(
  inputs: readonly InputTopic[],
  owned: () => readonly number[],
): PartitionAssigner {
  const shared = inputs.filter(({isBroadcast}) => !isBroadcast).map(({topic}) => topic)
  return ({cluster}) => ({
    name: NAME,
    version: VERSION,

    protocol({topics}) {
      const userData = Buffer.from(JSON.stringify(owned()))
      return {name: NAME, metadata: MemberMetadata.encode({version: VERSION, topics, userData})}
    },

    async assign({members, topics}) {
      const partitionsOf = (topic: string): number[] =>
        cluster.findTopicPartitionMetadata(topic).map(({partitionId}) => partitionId)
      const count = Math.min(...shared.map((topic) => partitionsOf(topic).length))
      const shares = sharePartitions(
        members.map(({memberId, memberMetadata}) => ({id: memberId, owned: ownedIn(memberMetadata)})),
        count,
      )
      return [...shares].map(([memberId, share]) => {
        const assignment: {[topic: string]: number[]} = {}
        for (const topic of topics)
          assignment[topic] = shared.includes(topic) ? [...share] : partitionsOf(topic)
        const userData = Buffer.alloc(0)
        return {memberId, memberAssignment: MemberAssignment.encode({version: VERSION, assignment, userData})}
      })
    },
  })
}

function ownedIn(metadata: Buffer): readonly number[] {
  const {userData} = MemberMetadata.decode(metadata) ?? {}
  return userData === undefined || userData.length === 0 ? [] : (JSON.parse(userData.toString()) as number[])
}
