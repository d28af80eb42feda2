import type { LoadContext, Plugin } from '@docusaurus/types'

declare namespace docsChat {
  interface Options {
    /** Where the API is, such as `https://api.example.com`; empty where the site's own host passes requests on to it. */
    api: string
    /** Attributes of `<docs-chat>`, such as `{ placement: 'panel' }`. */
    attributes?: Record<string, string | boolean>
  }
}

declare function docsChat(context: LoadContext, options: docsChat.Options): Plugin

export = docsChat
