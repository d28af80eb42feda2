module.exports = {
  title: "Lantern",
  url: "https://lantern.example",
  baseUrl: "/book/",
  trailingSlash: true,
  onBrokenLinks: "warn",
  i18n: { defaultLocale: "en", locales: ["en", "de"] },
  presets: [["classic", { docs: { routeBasePath: "docs" }, blog: { showReadingTime: false }, theme: {} }]],
  themeConfig: {
    navbar: { title: "Lantern", items: [{ type: "docsVersionDropdown" }, { type: "localeDropdown" }] },
    footer: { copyright: "Lantern makers" },
  },
};
