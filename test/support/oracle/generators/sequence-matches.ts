import fc from 'fast-check'
import type {AbsentStep, BindingStep, KeyName, Match, StreamName} from '../shapes.js'
import {rarely, span, streamOf, withWhen} from './match-parts.js'
import {eventPredicate, groupPredicate, type Named, pairPredicate} from './predicates.js'
import type {Scale} from './scale.js'

/** How the steps are built: no two groups side by side, no `next` on the first step or on a group. */
type Kind = 'single' | 'next' | 'group'

/** Valid sequences of one to three binding steps, with absences between and after them and `until`. */
export function sequenceMatch(key: KeyName, scale: Scale): fc.Arbitrary<Match> {
  const kinds = fc
    .array(fc.constantFrom<Kind>('single', 'single', 'next', 'group'), {minLength: 1, maxLength: 3})
    .map(lawful)
  return kinds
    .chain((drawn) => fc.tuple(fc.constant(drawn), fc.tuple(...drawn.map(() => streamOf(key))), span(scale)))
    .chain(([drawn, streams, within]) => {
      const steps = drawn.map((kind, index) => bindingStep(kind, index, drawn, streams, key))
      // One step alone needs an absence after it to be a sequence.
      const gaps = drawn.map((_, index) => {
        const absence = absentStep(`none${index}`, key)
        return drawn.length === 1 ? absence : rarely(absence)
      })
      const until = rarely(guard('stop', key))
      return fc.tuple(fc.tuple(...steps), fc.tuple(...gaps), until).map(([bound, absences, stop]) => ({
        sequence: {
          within,
          steps: bound.flatMap((step, index) => {
            const absence = absences[index]
            return absence === undefined ? [step] : [step, absence]
          }),
          ...(stop === undefined ? {} : {until: stop}),
        },
      }))
    })
}

function lawful(kinds: readonly Kind[]): Kind[] {
  return kinds.map((kind, index) => {
    if (index === 0 && kind === 'next') return 'single'
    return kind === 'group' && kinds[index - 1] === 'group' ? 'single' : kind
  })
}

function bindingStep(
  kind: Kind,
  index: number,
  kinds: readonly Kind[],
  streams: readonly StreamName[],
  key: KeyName,
): fc.Arbitrary<BindingStep> {
  const named = (at: number): Named => ({name: `step${at}`, stream: streams[at] ?? 'transactions'})
  const {name, stream} = named(index)
  const conditions = [eventPredicate(stream, name, key), eventPredicate(stream, name, key)]
  for (const [earlier] of streams.slice(0, index).entries()) {
    conditions.push(pairPredicate(named(earlier), named(index)))
    if (kinds[earlier] === 'group' && streams[earlier] === 'transactions') {
      conditions.push(groupPredicate(named(earlier).name, named(earlier).name))
    }
  }
  const base: BindingStep = {as: name, stream, ...(kind === 'next' ? {next: true} : {})}
  const times = fc.constantFrom<number | string>(1, 2, '1..2', '2..4', '1..', '1..', '2..')
  return withWhen(base, fc.oneof(...conditions)).chain((step) =>
    kind === 'group' ? times.map((size) => ({...step, times: size})) : fc.constant(step),
  )
}

function guard(as: string, key: KeyName): fc.Arbitrary<{as: string; stream: StreamName; when?: string}> {
  return streamOf(key).chain((stream) => withWhen({as, stream}, eventPredicate(stream, as, key)))
}

function absentStep(absent: string, key: KeyName): fc.Arbitrary<AbsentStep> {
  return streamOf(key).chain((stream) => withWhen({absent, stream}, eventPredicate(stream, absent, key)))
}
