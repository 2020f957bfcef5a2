using DurableTask.Core;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>An activity with a scope of services for each execution.</summary>
internal sealed class ScopedActivity(string name, ScopedTasks tasks) : TaskActivity
{
    public override async Task<string> RunAsync(TaskContext context, string input)
    {
        await using var scope = tasks.CreateScope();
        return await tasks.CreateActivity(name, scope.ServiceProvider).RunAsync(context, input);
    }

    /// <summary>Not called: the framework runs <see cref="RunAsync"/>.</summary>
    public override string Run(TaskContext context, string input) => throw new NotSupportedException();
}
