import {userInfo} from 'node:os'
import type {Actor} from '../../core/case/audit-record.js'

/** Whoever works on the machine itself, beside the HTTP interface. */
export function machineUser(): Actor {
  const {username} = userInfo()
  return {id: `machine:${username}`, name: username}
}
