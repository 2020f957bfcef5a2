using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>An activity with a scope of services for its execution.</summary>
internal sealed class ScopedActivity(string name, ScopedTasks tasks) : TaskActivity
{
    private Exception? _failure;
    private IExceptionPropertiesProvider? _properties;

    /// <summary>
    /// The dispatcher's middleware: gives a failure the properties of its exception and of the inner ones. The framework does that by itself only for
    /// activities that derive from its own typed classes.
    /// </summary>
    public static async Task AddPropertiesAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        await next();
        if (context.GetProperty<TaskActivity>() is ScopedActivity { _failure: { } exception } activity
            && context.GetProperty<ActivityExecutionResult>() is { ResponseEvent: TaskFailedEvent failed } result)
        {
            // Read back as it will be stored: an orchestrator sees the same values before and after a replay.
            var failure = JsonText.ReadFailure(JsonText.WriteFailure(activity.DescribeFailure(exception)));
            result.ResponseEvent = new TaskFailedEvent(failed.EventId, failed.TaskScheduledId, failed.Reason, failed.Details, failure);
        }
    }

    public override async Task<string> RunAsync(TaskContext context, string input)
    {
        await using var scope = tasks.CreateScope();
        try
        {
            return await tasks.CreateActivity(name, scope.ServiceProvider).RunAsync(context, input);
        }
        catch (Exception exception)
        {
            (_failure, _properties) = (exception, context.ExceptionPropertiesProvider);
            throw;
        }
    }

    /// <summary>Not called: the framework runs <see cref="RunAsync"/>.</summary>
    public override string Run(TaskContext context, string input) => throw new NotSupportedException();

    // As on the Azure Functions host, no properties are an empty dictionary.
    private FailureDetails DescribeFailure(Exception exception) => new(
        exception,
        exception.InnerException is { } inner ? DescribeFailure(inner) : null!,
        _properties.ExtractProperties(exception) ?? new Dictionary<string, object?>(StringComparer.Ordinal));
}
