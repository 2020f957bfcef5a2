using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class PageableTests
{
    private readonly List<(string? Token, int? Size)> _fetched = [];

    [Fact]
    public async Task GetAsyncEnumerator_SeveralPages_GivesAllValuesInOrder()
    {
        var values = new List<int>();
        await foreach (var value in Numbers()) values.Add(value);

        Assert.Equal([0, 1, 10, 11, 20, 21], values);
        Assert.Equal([(null, null), ("1", null), ("2", null)], _fetched);
    }

    [Fact]
    public async Task GetAsyncEnumerator_LeftEarly_FetchesNoFurtherPage()
    {
        await foreach (var value in Numbers())
        {
            if (value == 1) break;
        }

        Assert.Single(_fetched);
    }

    [Fact]
    public async Task AsPages_TokenAndSize_StartThere()
    {
        var pages = new List<Page<int>>();
        await foreach (var page in Numbers().AsPages("1", 7)) pages.Add(page);

        Assert.Equal([("1", 7), ("2", 7)], _fetched);
        Assert.Equal(["2", null], pages.Select(page => page.ContinuationToken));
    }

    [Fact]
    public async Task GetAsyncEnumerator_CancelledToken_ReachesTheFetch()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var pageable = Pageable.Create<int>((_, cancellation) => Task.FromCanceled<Page<int>>(cancellation));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var value in pageable.WithCancellation(cancelled.Token)) Assert.Fail($"{value} was not to come.");
        });
    }

    private AsyncPageable<int> Numbers() => Pageable.Create<int>((token, size, _) =>
    {
        _fetched.Add((token, size));
        var page = token is null ? 0 : token[0] - '0';
        return Task.FromResult(new Page<int>([page * 10, (page * 10) + 1], page == 2 ? null : $"{page + 1}"));
    });
}
