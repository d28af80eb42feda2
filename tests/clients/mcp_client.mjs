// The official client, of the newest revision and of the one before: lists, searches, reads and asks.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientOfBefore } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportOfBefore } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const address = new URL('/mcp', process.env.API)
const about = { name: 'a-test', version: '1.0.0' }

async function used(client, transport) {
  await client.connect(transport)
  const { tools } = await client.listTools()
  const found = await client.callTool({ name: 'search_docs', arguments: { query: 'calibrate' } })
  const [first] = found.structuredContent.results
  const section = await client.callTool({ name: 'read_section', arguments: { url: first.url } })
  const answer = await client.callTool({ name: 'ask_docs', arguments: { question: process.env.QUESTION } })
  const wrong = await client.callTool({ name: 'search_docs', arguments: { query: '' } })
  const { resources } = await client.listResources()
  const page = await client.readResource({ uri: resources[0].uri })
  const unknown = await client.readResource({ uri: 'https://else.test/' }).then(() => null, (error) => error.code)
  await client.close()
  return {
    tools: tools.map((each) => each.name),
    first: first.url,
    section: section.structuredContent.heading,
    answered: answer.structuredContent.answered,
    wrong: wrong.isError,
    pages: resources.length,
    page: page.contents[0].text.length,
    unknown,
  }
}

const newest = new Client(about, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
console.log(
  JSON.stringify({
    newest: await used(newest, new StreamableHTTPClientTransport(address)),
    before: await used(new ClientOfBefore(about), new TransportOfBefore(address)),
  }),
)
