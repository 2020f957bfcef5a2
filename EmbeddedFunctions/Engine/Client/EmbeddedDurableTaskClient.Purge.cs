using EmbeddedFunctions.Engine.Orchestration;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Client;

/// <content>What the client deletes.</content>
internal sealed partial class EmbeddedDurableTaskClient
{
    private const int PurgeBatch = 1000;

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default)
    {
        if (await engine.Store.StatusAsync(instanceId, cancellation) is null)
        {
            return new PurgeResult(0);
        }

        var children = 0;
        if (options?.Recursive ?? false)
        {
            foreach (var child in await engine.Store.ChildrenOfAsync(instanceId, cancellation))
            {
                children += (await PurgeInstanceAsync(child, options, cancellation)).PurgedInstanceCount;
            }
        }

        while (!await engine.Store.PurgeUnownedAsync(instanceId, cancellation))
        {
            // A node holds it: that node deletes it between two steps.
            try
            {
                await TellAsync(
                    new InboxMessage(instanceId, InboxMessageKind.Purge),
                    acknowledgement => new PurgeRequested { Acknowledgement = acknowledgement },
                    cancellation);
            }
            catch (InvalidOperationException)
            {
                // It ended, or went, in the same moment.
            }

            if (await engine.Store.StatusAsync(instanceId, cancellation) is null)
            {
                break;
            }

            await Task.Delay(FirstPoll, engine.Clock.TimeProvider, cancellation);
        }

        return new PurgeResult(children + 1);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default)
    {
        var instances = new InstanceFilter(filter.CreatedFrom?.UtcDateTime, filter.CreatedTo?.UtcDateTime, filter.Statuses?.ToList());
        if (options?.Recursive ?? false) return await PurgeWithChildrenAsync(instances, options, cancellation);

        var total = 0;
        while (true)
        {
            var count = await engine.Store.PurgeEndedAsync(instances, PurgeBatch, cancellation);
            total += count;
            if (count < PurgeBatch)
            {
                return new PurgeResult(total);
            }
        }
    }

    /// <summary>Purges one by one, since an instance's children may be ended or not and lie inside the window or outside of it.</summary>
    private async Task<PurgeResult> PurgeWithChildrenAsync(InstanceFilter filter, PurgeInstanceOptions options, CancellationToken cancellation)
    {
        var total = 0;
        string? after = null;
        while (true)
        {
            var page = await engine.Store.QueryAsync(filter, after, PurgeBatch, cancellation);
            foreach (var ended in page.Where(instance => instance.IsEnded))
            {
                total += (await PurgeInstanceAsync(ended.Id, options, cancellation)).PurgedInstanceCount;
            }

            if (page.Count < PurgeBatch) return new PurgeResult(total);
            after = page[^1].Id;
        }
    }
}
