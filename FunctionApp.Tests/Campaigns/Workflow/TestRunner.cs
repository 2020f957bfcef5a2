using Atelier.Campaigns.Control;
using Atelier.Campaigns.Workflow;
using Atelier.Images;
using Atelier.Outages;
using Atelier.Persistence;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.Campaigns.Workflow;

/// <summary>The services of a part's activity on a test's database.</summary>
internal static class TestRunner
{
    public static PartRunner Create(
        TestDatabase database, CampaignChanges changes, OutageMonitor? outages = null, UnrecordedResults? unrecorded = null) => new(
            new AttemptStore(NewUpdater(database, outages)),
            unrecorded ?? new UnrecordedResults(),
            new CampaignCancellationRegistry(changes, database.DataSource, NullLogger<CampaignCancellationRegistry>.Instance),
            NullLogger<PartRunner>.Instance);

    public static CampaignUpdater NewUpdater(TestDatabase database, OutageMonitor? outages = null) =>
        new(database.NewContext(), new GroupCommit(database.DataSource), outages ?? NewOutages());

    public static PartImageStore NewImages(IImageStore store, OutageMonitor? outages = null) => new(store, outages ?? NewOutages());

    public static OutageMonitor NewOutages(TimeProvider? timeProvider = null) =>
        new(timeProvider ?? TimeProvider.System, NullLogger<OutageMonitor>.Instance);
}
