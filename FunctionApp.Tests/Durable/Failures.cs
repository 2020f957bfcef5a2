using Atelier.Durable;
using DurableTask.Core;
using Microsoft.DurableTask;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace FunctionApp.Tests.Durable;

/// <summary>The failures of activities, as their orchestrators get them.</summary>
internal static class Failures
{
    /// <summary>What the await of an activity throws.</summary>
    public static TaskFailedException Thrown(ActivityFailure failure) => new("GenerateImage", 3, Details(failure));

    /// <summary>What the framework's retry passes to its policy.</summary>
    public static CoreTaskFailedException Retried(ActivityFailure failure) => new(failure.Message)
    {
        FailureDetails = new FailureDetails(
            typeof(ActivityFailedException).FullName!, failure.Message, stackTrace: null, innerFailure: null, isNonRetriable: false, PropertiesOf(failure)),
    };

    public static TaskFailureDetails Details(ActivityFailure failure) =>
        new(typeof(ActivityFailedException).FullName!, failure.Message, null, null, PropertiesOf(failure));

    private static IDictionary<string, object?> PropertiesOf(ActivityFailure failure) =>
        new ActivityFailureProperties().GetExceptionProperties(new ActivityFailedException(failure))!;
}
