using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>What may be in inputs, outputs, events and statuses, and how much.</summary>
public sealed class PayloadTests
{
    private const int Limit = 2048;

    // Two quotes belong to the JSON of a text.
    private static readonly string Fits = new('x', Limit - 2);
    private static readonly string TooLarge = new('x', Limit - 1);

    private static void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddActivityFunc<string?, string?>("Echo", (_, text) => text);
        tasks.AddActivityFunc<int, string>("Makes", (_, length) => new string('x', length));
        tasks.AddOrchestratorFunc<string?, string?>("Everywhere", async (context, input) =>
        {
            context.SetCustomStatus(input);
            var result = await context.CallActivityAsync<string?>("Echo", input);
            var child = await context.CallSubOrchestratorAsync<string?>("Echo", result);
            return await context.WaitForExternalEvent<string?>("go") == child ? child : "changed on its way";
        });
        tasks.AddOrchestratorFunc<string, string>("TooLarge", async (context, what) =>
        {
            // What is too large comes after a step, so that there is a history.
            await context.CallActivityAsync<string?>("Echo", "x");
            switch (what)
            {
                case "output": return TooLarge;
                case "activity input": return (await context.CallActivityAsync<string?>("Echo", TooLarge))!;
                case "child input": return (await context.CallSubOrchestratorAsync<string?>("Echo", TooLarge))!;
                case "status": context.SetCustomStatus(TooLarge); break;
                case "event": context.SendEvent("nobody", "go", TooLarge); break;
                case "next generation": context.ContinueAsNew(TooLarge); return "ignored";
            }

            await context.CallActivityAsync<string?>("Echo", "x");
            return "not refused";
        });
        tasks.AddOrchestratorFunc<string>("CatchesResult", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Makes", Limit);
            }
            catch (TaskFailedException exception)
            {
                return exception.FailureDetails.ToString();
            }
        });
        tasks.AddOrchestratorFunc<string, string>("CatchesChild", async (context, what) =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("TooLarge", what);
            }
            catch (TaskFailedException exception)
            {
                return exception.FailureDetails.ErrorType;
            }
        });
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task EveryText_ComesBackAsItWas(string name)
    {
        var text = Known[name];
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Everywhere", text);
        await node.Client.RaiseEventAsync(id, "go", text);

        var end = await node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(text, end.ReadOutputAs<string>());
        Assert.Equal(text, end.ReadInputAs<string>());
        Assert.Equal(text, end.ReadCustomStatusAs<string>());
    }

    public static TheoryData<string> Texts() => [.. Known.Keys];

    private static readonly Dictionary<string, string?> Known = new(StringComparer.Ordinal)
    {
        ["none"] = null,
        ["empty"] = string.Empty,
        ["with NUL"] = "before\0after",
        ["of all planes"] = "a é Ω 中 𝄞 \u2028 \ufeff",
        ["with JSON in it"] = """{"type":1,"data":"\\ \" \u0000"}""",
        ["of a megabyte"] = string.Concat(Enumerable.Range(0, 100_000).Select(n => $"{n:D7} é ")),
    };

    [Fact]
    public async Task HalfOfASurrogatePair_BecomesAReplacementCharacter()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Everywhere", "half \ud800 pair");
        await node.Client.RaiseEventAsync(id, "go", "half \ud800 pair");

        Assert.Equal("half \ufffd pair", await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task FailureAndReasonThatPostgreSqlCannotStore_ArriveWithReplacementCharacters()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks =>
        {
            CommonTasks.Add(tasks);
            tasks.AddOrchestratorFunc<string>("FailsOddly", _ => Task.FromException<string>(new InvalidOperationException("nul \0 half \udc00")));
        });
        var waiting = await node.ScheduleAsync("Waits");

        var failed = await node.RunAsync("FailsOddly");
        await node.Client.SuspendInstanceAsync(waiting, "nul \0 half \udc00");
        await node.ReachesAsync(waiting, OrchestrationRuntimeStatus.Suspended);
        await node.Client.ResumeInstanceAsync(waiting, "nul \0 half \udc00");
        await node.Service.ForceTerminateTaskOrchestrationAsync(waiting, "nul \0 half \udc00");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.StartsWith("nul ", failed.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("nul \ufffd half \ufffd", (await node.EndOfAsync(waiting)).SerializedOutput);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NameThatPostgreSqlCannotStore_IsRefusedAtTheClient_AndAffectsNoOtherInstance(bool isOfNode)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var caller = isOfNode ? node : hub.NewClient();
        var waiting = await node.ScheduleAsync("Waits");

        await Assert.ThrowsAnyAsync<ArgumentException>(() => caller.ScheduleAsync("nul \0"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => caller.ScheduleAsync("half \ud800"));

        Assert.Null(node.Service.Problem);
        await node.Client.RaiseEventAsync(waiting, "go", "fine");
        Assert.Equal("fine", await node.OutputOfAsync<string>(waiting));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientsPayloads_AreAcceptedUpToTheLimit_AndNotAByteBeyond(bool isOfNode)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks, o => o.MaxPayloadBytes = Limit);
        var caller = isOfNode ? node : hub.NewClient(configure: o => o.MaxPayloadBytes = Limit);
        var client = caller.Client;

        Assert.Equal(Fits, await caller.OutputOfAsync<string>(await caller.ScheduleAsync("Echo", Fits)));
        var id = await caller.ScheduleAsync("Waits");
        var refusal = await Assert.ThrowsAsync<PayloadTooLargeException>(() => caller.ScheduleAsync("Echo", TooLarge));
        await Assert.ThrowsAsync<PayloadTooLargeException>(() => client.RaiseEventAsync(id, "go", TooLarge));
        await Assert.ThrowsAsync<PayloadTooLargeException>(() => client.TerminateInstanceAsync(id, TooLarge));
        await Assert.ThrowsAsync<PayloadTooLargeException>(() => client.SuspendInstanceAsync(id, TooLarge + "xx"));

        Assert.Contains($"{Limit + 1}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{Limit}", refusal.Message, StringComparison.Ordinal);
        await client.RaiseEventAsync(id, "go", Fits);
        Assert.Equal(Fits, await caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Limit_CountsBytesAndNotCharacters()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient(configure: o => o.MaxPayloadBytes = Limit);
        await client.Service.CreateIfNotExistsAsync();

        // Two bytes each in UTF-8; a client with plain JSON would write them so.
        var halfAsMany = new string('é', (Limit / 2) + 1);

        await Assert.ThrowsAsync<PayloadTooLargeException>(() => client.Service.CreateTaskOrchestrationAsync(Start("\"" + halfAsMany + "\"")));
        await client.Service.CreateTaskOrchestrationAsync(Start("\"" + halfAsMany[..^2] + "\""));

        static Core.TaskMessage Start(string input)
        {
            var instance = new Core.OrchestrationInstance { InstanceId = "i", ExecutionId = "e" };
            return new() { OrchestrationInstance = instance, Event = new Core.History.ExecutionStartedEvent(-1, input) { OrchestrationInstance = instance, Name = "Echo" } };
        }
    }

    [Fact]
    public async Task ResultOfAnActivityOverTheLimit_FailsTheCall_WhichTheCodeMayCatch()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks, o => o.MaxPayloadBytes = Limit);

        var text = await node.OutputOfAsync<string>(await node.ScheduleAsync("CatchesResult"));

        Assert.StartsWith(typeof(PayloadTooLargeException).FullName!, text, StringComparison.Ordinal);
        Assert.Contains("'Makes'", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("output")]
    [InlineData("activity input")]
    [InlineData("child input")]
    [InlineData("status")]
    [InlineData("event")]
    [InlineData("next generation")]
    public async Task PayloadOfAnOrchestratorOverTheLimit_FailsItsInstance_AndItsParentsCall(string what)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks, o => o.MaxPayloadBytes = Limit);
        var bystander = await node.ScheduleAsync("Waits");

        var end = await node.RunAsync("TooLarge", what);
        var parent = await node.RunAsync("CatchesChild", what);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(PayloadTooLargeException).FullName, end.FailureDetails!.ErrorType);
        Assert.Contains($"{Limit}", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("ExecutionCompleted", (await node.HistoryAsync(end.InstanceId))[^1]);
        Assert.Equal(typeof(PayloadTooLargeException).FullName, parent.ReadOutputAs<string>());
        await node.Client.RaiseEventAsync(bystander, "go", "undisturbed");
        Assert.Equal("undisturbed", await node.OutputOfAsync<string>(bystander));
    }

    [Fact]
    public async Task CustomStatus_IsVisibleWhileTheInstanceWaits_AndCanBeCleared()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks => tasks.AddOrchestratorFunc("Reports", async context =>
        {
            context.SetCustomStatus(new { Done = 1, Of = 2 });
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus(null);
            await context.WaitForExternalEvent<string>("go");
        }));
        var id = await node.ScheduleAsync("Reports");

        await Eventually.TrueAsync(async () => (await node.FindAsync(id)).SerializedCustomStatus is """{"Done":1,"Of":2}""");
        await node.Client.RaiseEventAsync(id, "go");
        await Eventually.TrueAsync(async () => (await node.FindAsync(id)).SerializedCustomStatus is null or "null");
        await node.Client.RaiseEventAsync(id, "go");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.EndOfAsync(id)).RuntimeStatus);
    }
}
