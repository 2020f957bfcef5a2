using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskActivity = DurableTask.Core.TaskActivity;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>Makes the framework's orchestrations and activities from registered ones, each with services of its own.</summary>
internal sealed class ScopedTasks(
    IDurableTaskFactory factory, DurableTaskWorkerOptions options, IServiceScopeFactory scopes, ILoggerFactory loggerFactory) :
    INameVersionObjectManager<TaskOrchestration>, INameVersionObjectManager<TaskActivity>
{
    private readonly DurableTaskShimFactory _shims = new(options, loggerFactory);

    void INameVersionObjectManager<TaskOrchestration>.Add(ObjectCreator<TaskOrchestration> creator) => throw new NotSupportedException();

    void INameVersionObjectManager<TaskActivity>.Add(ObjectCreator<TaskActivity> creator) => throw new NotSupportedException();

    TaskOrchestration INameVersionObjectManager<TaskOrchestration>.GetObject(string name, string? version) => new ScopedOrchestration(name, this);

    TaskActivity INameVersionObjectManager<TaskActivity>.GetObject(string name, string? version) => new ScopedActivity(name, this);

    public AsyncServiceScope CreateScope() => scopes.CreateAsyncScope();

    /// <exception cref="InvalidOperationException">No such orchestrator is registered.</exception>
    public TaskOrchestration CreateOrchestration(string name, IServiceProvider services, OrchestrationRuntimeState state)
    {
        if (!factory.TryCreateOrchestrator(name, services, out var orchestrator))
        {
            throw new InvalidOperationException(
                $"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function: this worker has no orchestrator of that name.");
        }

        var parent = state.ParentInstance is { } p
            ? new ParentOrchestrationInstance(new TaskName(p.Name), p.OrchestrationInstance.InstanceId)
            : null;
        return _shims.CreateOrchestration(name, orchestrator, parent);
    }

    /// <exception cref="InvalidOperationException">No such activity is registered.</exception>
    public TaskActivity CreateActivity(string name, IServiceProvider services) =>
        factory.TryCreateActivity(name, services, out var activity)
            ? _shims.CreateActivity(name, activity)
            : throw new InvalidOperationException(
                $"The function '{name}' doesn't exist, is disabled, or is not an activity function: this worker has no activity of that name.");
}
