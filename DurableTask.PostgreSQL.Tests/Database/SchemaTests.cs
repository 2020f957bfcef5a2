using DurableTask.PostgreSQL.Storage;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Database;

/// <summary>Creating, checking and dropping the schema of a hub.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("With \"quotes\", 'more' and space")]
    [InlineData("select")]
    [InlineData("{hub}")]
    [InlineData("Ω-50-characters-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Start_CreatesTheHub_WhateverItsName(string name)
    {
        await using var hub = await TestHub.CreateAsync(ownDatabase: true, name: name);
        var first = await hub.StartNodeAsync(CommonTasks.Add);
        var second = await hub.StartNodeAsync(CommonTasks.Add);
        var id = await hub.NewClient().ScheduleAsync("Waits");

        await second.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("x", await first.OutputOfAsync<string>(id));
        Assert.Equal(TaskHubSchema.CurrentVersion, await hub.ScalarAsync<int>("select max(version) from {hub}.schema_version"));
    }

    [Fact]
    public async Task ManyNodesThatStartAtOnce_CreateTheHubOnce()
    {
        await using var hub = await TestHub.CreateAsync();

        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => hub.StartNodeAsync(CommonTasks.Add)));

        Assert.Equal(6, await hub.ScalarAsync<long>("select count(*) from {hub}.nodes"));
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from {hub}.schema_version"));
        Assert.Equal("x", await nodes[5].OutputOfAsync<string>(await nodes[0].ScheduleAsync("Echo", "x")));
    }

    [Fact]
    public async Task Start_OnAHubThatIsThere_KeepsWhatItHolds()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(CommonTasks.Add);
        await first.EndOfAsync(await first.ScheduleAsync("Echo", "kept", "old"));
        await first.StopAsync();

        var second = await hub.StartNodeAsync(CommonTasks.Add);

        Assert.Equal("kept", await second.OutputOfAsync<string>("old"));
    }

    [Fact]
    public async Task SchemaOfALaterVersion_IsRefused_AndUnchanged()
    {
        await using var hub = await TestHub.CreateAsync();
        await hub.NewClient().Service.CreateIfNotExistsAsync();
        await hub.ExecuteAsync("insert into {hub}.schema_version (version) values (1000)");

        var refusal = await Assert.ThrowsAsync<TaskHubSchemaException>(() => hub.StartNodeAsync(CommonTasks.Add));

        Assert.Contains("1000", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Update", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TaskHubSchemaException>(() => hub.StartNodeAsync(CommonTasks.Add, o => o.CreateSchema = false));
        Assert.Equal(1000, await hub.ScalarAsync<int>("select max(version) from {hub}.schema_version"));
    }

    [Fact]
    public async Task SchemaOfTheUnreleasedVersionBefore_IsRefusedWithOneLine_AndUnchanged()
    {
        await using var hub = await TestHub.CreateAsync();
        await hub.ExecuteAsync("create schema {hub}", "create table {hub}.instances (id text primary key)", "insert into {hub}.instances values ('running')");

        var refusal = await Assert.ThrowsAsync<TaskHubSchemaException>(() => hub.StartNodeAsync(CommonTasks.Add));

        Assert.Contains(hub.Name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("finish", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("running", await hub.ScalarAsync<string>("select id from {hub}.instances"));
    }

    [Fact]
    public async Task WithoutCreateSchema_AMissingHub_IsRefused_WithTheRemedyInTheMessage()
    {
        await using var hub = await TestHub.CreateAsync();

        var refusal = await Assert.ThrowsAsync<TaskHubSchemaException>(() => hub.StartNodeAsync(CommonTasks.Add, o => o.CreateSchema = false));

        Assert.Contains("CreateSchema", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CreateIfNotExistsAsync", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientOfAHubThatIsMissing_GetsATypedError_AndWorksOnceItIsThere()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient();

        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => client.ScheduleAsync("Echo"));
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => client.Client.GetInstanceAsync("x"));
        await hub.StartNodeAsync(CommonTasks.Add);

        Assert.Equal("x", await client.OutputOfAsync<string>(await client.ScheduleAsync("Echo", "x")));
    }

    [Fact]
    public async Task CreateAndDelete_DoWhatTheFrameworkDocuments()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient();
        await client.Service.CreateIfNotExistsAsync();
        await client.ScheduleAsync("Echo", id: "i");

        await client.Service.CreateIfNotExistsAsync();
        await client.Service.CreateAsync(recreateInstanceStore: false);
        await client.Service.DeleteAsync(deleteInstanceStore: false);
        Assert.NotNull(await client.Client.GetInstanceAsync("i"));

        await client.Service.CreateAsync();
        Assert.Null(await client.Client.GetInstanceAsync("i"));

        await client.Service.DeleteAsync();
        await client.Service.DeleteAsync();
        Assert.False(await hub.ScalarAsync<bool>($"select exists (select from pg_namespace where nspname = '{hub.Name}')"));
    }

    [Fact]
    public async Task HistoryEvents_ShowAnEventARow()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(ProcessTasks.Add);
        var id = await node.ScheduleAsync("Sum", 2);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.EndOfAsync(id)).RuntimeStatus);
        var events = await node.Client.GetOrchestrationHistoryAsync(id);

        var shown = await hub.ScalarAsync<string>(
            "select string_agg(type::text || coalesce(':' || name, ''), ' ' order by seq) from {hub}.history_events");

        Assert.Equal(events.Select(e => $"{(int)e.EventType}{(e is Core.History.TaskScheduledEvent t ? $":{t.Name}" : "")}"), shown.Split(' '));
        Assert.Equal(events.Count, await hub.ScalarAsync<long>("select count(distinct (instance_id, seq)) from {hub}.history_events"));
    }
}
