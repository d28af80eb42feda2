'use strict';

// A plugin for osls and serverless v3/v4: with `--param emulator=true`, what watches is left out where an emulator of AWS knows
// no such thing: saved queries, and alarms that calculate. What serves readers is deployed as on AWS.

module.exports = class ForEmulators {
  constructor(serverless) {
    this.serverless = serverless;
    // as in error_alarms.js
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.leaveOut() };
  }

  leaveOut() {
    const { custom, resources } = this.serverless.service;
    if (String(custom.emulator) !== 'true') return;
    for (const [name, { Type, Properties }] of Object.entries(resources.Resources)) {
      const calculates = Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics;
      if (calculates || Type === 'AWS::Logs::QueryDefinition') delete resources.Resources[name];
    }
  }
};
