'use strict';

// A plugin for osls and serverless v3/v4: every saved query asks the log groups of all functions, also of new ones.

module.exports = class SavedQueries {
  constructor(serverless) {
    this.serverless = serverless;
    // as in error_alarms.js
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.fill() };
  }

  fill() {
    const { provider, resources } = this.serverless.service;
    const functions = Object.entries(provider.compiledCloudFormationTemplate.Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([name]) => ({ Ref: name.replace(/LambdaFunction$/, 'LogGroup') }));
    for (const { Type, Properties } of Object.values(resources.Resources)) {
      if (Type === 'AWS::Logs::QueryDefinition') Properties.LogGroupNames = functions;
    }
  }
};
