// What somebody writes who has generated a client: every line of it has to compile, and to work.
import { client } from './client/client.gen'
import { chatAsk, conversationsListAll, healthLive, profileChange, searchPassages } from './client/sdk.gen'
import type { Error as Refusal } from './client/types.gen'

client.setConfig({ baseUrl: process.env.API ?? '' })

const alive = await healthLive({ throwOnError: true })
const status: 'ok' = alive.data.status

// the least that a question needs is a message
const asked = await chatAsk({ body: { message: 'How do I calibrate the Wombat arm?' }, throwOnError: true })
const sources: string[] = asked.data.sources.map((source) => `${source.n} ${source.title} ${source.url}`)
const kept: 'stored' | 'queued' | 'no' = asked.data.saved

const found = await searchPassages({ query: { q: 'calibrate' }, throwOnError: true })
const titles: string[] = found.data.results.map((result) => result.title)

// without a session: an error with a code that the compiler knows
const refused = await conversationsListAll({ query: { limit: 1 } })
const code: Refusal['code'] = refused.error?.code
if (code !== 'not_signed_in') throw new Error(`not signed in, and yet: ${code}`)

// @ts-expect-error no code is called so
const wrong: Refusal['code'] = 'no_such_code'
// @ts-expect-error a question has no such field
void (() => chatAsk({ body: { message: 'x', selected_text: 'y' } }))
void (() => profileChange({ body: { theme: 'dark' } }))

console.log(JSON.stringify({ status, sources, kept, titles, code, wrong, mode: asked.data.mode }))
