using System.Globalization;
using Atelier.Campaigns.Control;
using Atelier.Images;
using Atelier.Operations.Retention;
using Azure.Storage.Blobs;
using DurableTask.PostgreSQL;
using DurableTask.PostgreSQL.Client;
using FunctionApp.Tests.Campaigns.Workflow;
using FunctionApp.Tests.Generation;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace FunctionApp.Tests.Retention;

/// <summary>
/// Old campaigns with rows, words, events, deliveries, an image in Azurite, and the task hub asked for each. <c>ATELIER_RETENTION_CAMPAIGNS</c> is their number, 300 by
/// default; with more, the rate that is written is a measurement.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class RetentionRunTests(LocalServicesFixture services, ITestOutputHelper output)
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("ATELIER_RETENTION_CAMPAIGNS") ?? "300", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Run_OldCampaigns_ErasesThemAllWithTheirImages()
    {
        await using var database = await TestDatabase.CreateAsync(services);
        await MillionCampaigns.FillAsync(database.DataSource, Count);
        using var images = new BlobImageStore(new BlobContainerClient(services.StorageConnectionString, $"images-{Guid.NewGuid():N}"));
        await using (var db = database.NewContext())
            await Parallel.ForEachAsync(db.Campaigns.Select(campaign => campaign.Id).ToList(), (id, token) => SaveAsync(images, id, token));
        await using var engine = new PostgreSqlOrchestrationService(
            new PostgreSqlOrchestrationServiceOptions { ConnectionString = database.ConnectionString }, TimeProvider.System, NullLoggerFactory.Instance);
        await engine.CreateIfNotExistsAsync();
        await using var client = new PostgreSqlDurableTaskClient("test", engine, new DurableTaskClientOptions());

        var start = TimeProvider.System.GetTimestamp();
        await RunAsync(database, images, client);
        var rate = Count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        output.WriteLine($"{Count} campaigns, {rate:F0} a second.");
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM campaigns) + (SELECT count(*) FROM campaign_erasures WHERE due_at < '2100-01-01')"));
        Assert.Null(await images.OpenAsync("01980000-0000-7000-8000-000000000001/image-0.png", default));
    }

    private static async ValueTask SaveAsync(BlobImageStore images, Guid id, CancellationToken cancellationToken) =>
        await images.SaveAsync($"{id:D}/image-0.png", ProviderResponses.Png(16, 16), "image/png", cancellationToken);

    private static async Task RunAsync(TestDatabase database, BlobImageStore images, PostgreSqlDurableTaskClient client)
    {
        await using var db = database.NewContext();
        var retention = new ApplyRetention(
            db,
            new CampaignEraser(database.DataSource, images, NullLogger<CampaignEraser>.Instance),
            new LostImages(db, TestRunner.NewUpdater(database), images, NullLogger<LostImages>.Instance),
            new RetentionOptions(TimeSpan.FromDays(7), TimeSpan.FromDays(90)),
            TimeProvider.System,
            NullLogger<ApplyRetention>.Instance);
        await retention.RunAsync(new TimerInfo(), client, CancellationToken.None);
    }
}
