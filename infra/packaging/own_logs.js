'use strict';

// A plugin for osls and serverless v3/v4: the role that osls makes for all functions which name none of their own may
// write to the log groups of these functions, and to no others. Left alone it could write to every group whose name begins
// like the stack's, and make new ones; but the stack makes them all.

const ROLE = 'IamRoleLambdaExecution';

module.exports = class OwnLogs {
  constructor(serverless) {
    this.serverless = serverless;
    // as in error_alarms.js: when everything is compiled, and before `resources` is merged into it
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.narrow() };
  }

  narrow() {
    const { Resources: resources } = this.serverless.service.provider.compiledCloudFormationTemplate;
    const groups = Object.entries(resources)
      .filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && Properties.Role['Fn::GetAtt']?.[0] === ROLE)
      .map(([name]) => ({ 'Fn::GetAtt': [name.replace(/LambdaFunction$/, 'LogGroup'), 'Arn'] }));
    for (const { PolicyDocument: document } of resources[ROLE].Properties.Policies) {
      const others = document.Statement.filter(({ Action }) => !Action.every((each) => each.startsWith('logs:')));
      const logs = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: groups };
      document.Statement = [logs, ...others];
    }
  }
};
