namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>What a misspelt name was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The known name with the smallest Levenshtein distance, in any case.</summary>
    public static string Of(string name, IEnumerable<string> known) =>
        known.MinBy(one => Distance(one.ToUpperInvariant(), name.ToUpperInvariant()))!;

    /// <summary>How many characters have to be added, left out or replaced to make one text of the other.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, replaced);
            }
        }

        return row[^1];
    }
}
