// Puts `<docs-chat>` on every page of a Docusaurus site (specs/guides/chat.md).
//
// The element stands beside what React draws, not in it: no code of it runs while pages are rendered on a server, and
// it is still the same element after a reader went to another page.
'use strict'

const NAME = /^[a-z][a-z0-9-]*$/

/** As text: not every 3.x takes an element with a dash as an object. */
function tag(name, attributes) {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== false)
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${escaped(value)}"`))
  return `<${name}${written.join('')}></${name}>`
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** @type {import('./index')} */
function docsChat(_context, options) {
  const { api, attributes = {} } = options
  return {
    name: 'docs-chat-docusaurus',
    injectHtmlTags: () => ({
      postBodyTags: [
        tag('script', { defer: true, src: `${api}/docs-chat.js` }),
        tag('docs-chat', attributes),
      ],
    }),
  }
}

/** A mistake ends the build with a sentence, rather than a page without a chat. */
docsChat.validateOptions = ({ options }) => {
  const { api, attributes = {}, id, ...others } = options
  const unknown = Object.keys(others)
  if (unknown.length) throw new Error(`docs-chat-docusaurus: there is no option "${unknown[0]}"`)
  if (api !== '' && !/^https?:\/\/[^/]/.test(api ?? '')) {
    throw new Error('docs-chat-docusaurus: "api" has to be the address of the API, or "" where the site itself passes requests on')
  }
  const wrong = Object.entries(attributes).find(([name, value]) => !NAME.test(name) || !['string', 'boolean'].includes(typeof value))
  if (wrong) throw new Error(`docs-chat-docusaurus: "attributes.${wrong[0]}" has to be a text, true or false`)
  return { id, api: api.replace(/\/+$/, ''), attributes }
}

module.exports = docsChat
