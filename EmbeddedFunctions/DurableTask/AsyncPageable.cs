namespace Microsoft.DurableTask;

/// <summary>Values that come in pages, each fetched when it is reached.</summary>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
    where T : notnull
{
    /// <summary>The pages from a given point on.</summary>
    /// <param name="continuationToken">A token from an earlier page; <see langword="null"/> for the start.</param>
    /// <param name="pageSizeHint">The wished page size; <see langword="null"/> for the query's own.</param>
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null);

    /// <summary>All values, over all pages.</summary>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (var page in AsPages().WithCancellation(cancellationToken))
        {
            foreach (var value in page.Values)
            {
                yield return value;
            }
        }
    }
}
