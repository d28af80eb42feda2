export default {
  title: "Lantern",
  base: "/book/",
  cleanUrls: true,
  sitemap: { hostname: "https://lantern.example/book/" },
  srcExclude: ["parts/**"],
  themeConfig: { search: { provider: "local" }, sidebar: [{ text: "Set up", link: "/guide/setup" }, { text: "Reference", link: "/guide/reference" }] },
  markdown: { lineNumbers: true },
};
