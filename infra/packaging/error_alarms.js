'use strict';

// A plugin for osls and serverless v3/v4: one alarm for each function, which rings when an invocation ended in an
// exception, a time-out or a crash. Errors that a function answers itself are the business of the alarm for 5xx answers.

module.exports = class ErrorAlarms {
  constructor(serverless) {
    this.serverless = serverless;
    // before osls looks at what is to be merged into the template, so that `resources` may extend these as well
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.add() };
  }

  add() {
    const { provider } = this.serverless.service;
    const { Resources: resources } = provider.compiledCloudFormationTemplate;
    for (const [name, resource] of Object.entries(resources)) {
      if (resource.Type === 'AWS::Lambda::Function') resources[`${name}ErrorsAlarm`] = alarm(name);
    }
  }
};

function alarm(name) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: 'An invocation raised, ran out of time or crashed: see the log group of the function',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: name } }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'Alarms' }],
    },
  };
}
