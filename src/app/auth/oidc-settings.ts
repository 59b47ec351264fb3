import {z} from 'zod'
import {isLoopbackHost} from '../../adapters/http/loopback.js'
import {ROLES} from '../../adapters/http/principal.js'

const jwksUrl = z.url({protocol: /^https?$/}).refine((text) => {
  const {protocol, hostname} = new URL(text)
  return protocol === 'https:' || isLoopbackHost(hostname.replace(/^\[|\]$/g, ''))
}, 'jwks_url must be https (http on this machine only)')

/** Whose tokens are accepted, and where in them the roles stand. */
export const oidcSchema = z
  .strictObject({
    /** Claim `iss`, exactly. */
    issuer: z.string().min(1),
    /** Claim `aud` must hold it. */
    audience: z.string().min(1),
    jwks_url: jwksUrl.optional(),
    jwks_file: z.string().min(1).optional(),
    /** Name of the claim; dots lead into it, such as realm_access.roles. */
    role_claim: z.string().min(1).default('roles'),
    /** The provider's names of roles, where they differ. */
    role_names: z.record(z.string().min(1), z.enum(ROLES)).default({}),
  })
  .refine(
    ({jwks_url, jwks_file}) => (jwks_url === undefined) !== (jwks_file === undefined),
    'give one of jwks_url and jwks_file',
  )

export type OidcSettings = z.infer<typeof oidcSchema>
