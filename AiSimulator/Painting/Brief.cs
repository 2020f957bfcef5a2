using System.Text.RegularExpressions;

namespace AiSimulator.Painting;

/// <summary>Where a picture plays.</summary>
internal enum Setting
{
    Beach,
    Sea,
    Mountains,
    City,
    Forest,
    Meadow,
    Desert,
    Space,
    CoffeeTable,
    ProductStage,
    Road,
    Abstract,
}

/// <summary>What stands in the foreground.</summary>
internal enum Subject
{
    Cat,
    Dog,
    Sailboat,
    Balloon,
}

/// <summary>What a prompt's words ask the painter for.</summary>
internal sealed partial record Brief(Setting Setting, Hour Hour, IReadOnlyList<Subject> Subjects, bool IsSnowy)
{
    // A word matches itself and its plural; one with a star matches every word that begins with it.
    private static readonly (Setting Setting, string[] Words)[] Places =
    [
        (Setting.Beach, ["beach*", "coast*", "shore", "island", "palm", "tropic*", "surf*", "vacation", "holiday", "summer", "sand", "resort", "ice-cream", "lemonade"]),
        (Setting.Sea, ["sea", "ocean", "sail*", "boat", "ship", "harbor", "harbour", "wave", "cruise", "yacht", "fish*", "lighthouse", "water", "regatta"]),
        (Setting.Mountains, ["mountain*", "alp", "alpine", "hik*", "ski", "skiing", "peak", "valley", "adventure", "climb*", "summit", "lake", "outdoor", "winter", "snow*", "nature", "travel*"]),
        (Setting.City, ["city", "cities", "urban", "skyline", "street", "office", "building", "skyscraper*", "downtown", "tokyo", "york", "berlin", "london", "paris", "business*", "startup", "tech", "technology", "software", "bank*", "conference", "neon"]),
        (Setting.Forest, ["forest", "wood", "woodland", "tree", "jungle", "pine", "camping", "campfire", "fox", "foxes", "deer", "mushroom", "autumn"]),
        (Setting.Meadow, ["flower*", "meadow", "field", "garden*", "spring", "farm*", "hill", "vineyard", "wine*", "tulip", "rose", "bloom*", "blossom*", "bee", "honey", "picnic", "organic", "balloon", "florist"]),
        (Setting.Desert, ["desert", "dune", "camel", "sahara", "cactus", "cacti", "canyon", "mars"]),
        (Setting.Space, ["space", "spaceship", "planet*", "galaxy", "galaxies", "rocket", "astronaut", "cosmos", "cosmic", "universe", "satellite"]),
        (Setting.CoffeeTable, ["coffee", "cup", "tea", "café", "cafe", "espresso", "latte", "cappuccino", "breakfast", "bakery", "bakeries", "restaurant", "chocolate", "barista", "roaster*"]),
        (Setting.ProductStage, ["product", "bottle", "perfume", "cosmetic", "cream", "shampoo", "drink", "juice", "beer", "packag*", "launch*", "brand*", "luxury", "skincare", "soap", "gift", "serum", "fragrance"]),
        (Setting.Road, ["car", "road", "drive", "driving", "driver", "truck", "racing", "vehicle", "garage", "motor*", "electric", "automobile", "highway"]),
        (Setting.Abstract, ["abstract", "pattern", "minimal*", "gradient", "background", "art", "music", "idea", "design*", "modern"]),
    ];

    private static readonly (Hour Hour, string[] Words)[] Hours =
    [
        (Hour.Night, ["night", "midnight", "moonlight", "moon", "dark", "starry", "evening"]),
        (Hour.Sunset, ["sunset", "dusk", "golden", "autumn", "romantic", "warm"]),
        (Hour.Dawn, ["dawn", "sunrise", "morning", "mist", "misty", "fog", "foggy"]),
        (Hour.Day, ["day", "noon", "sunny", "bright", "blue", "summer", "spring"]),
    ];

    private static readonly (Subject Subject, string[] Words)[] Figures =
    [
        (Subject.Cat, ["cat", "cats", "kitten", "kittens", "kitty"]),
        (Subject.Dog, ["dog", "dogs", "puppy", "puppies"]),
        (Subject.Sailboat, ["sail", "sailing", "sailboat", "boat", "boats", "yacht", "regatta"]),
        (Subject.Balloon, ["balloon", "balloons", "air"]),
    ];

    /// <summary>
    /// Reads a prompt. What it leaves open follows from chance, and the place in a series turns through hours and, where the prompt
    /// names several places, through these.
    /// </summary>
    public static Brief Of(string prompt, int index, ulong chance)
    {
        string[] words = [.. Words().Matches(prompt.ToLowerInvariant().Replace("ice cream", "ice-cream", StringComparison.Ordinal)).Select(m => m.Value)];
        Setting[] places = [.. words.SelectMany(w => Places.Where(p => p.Words.Any(s => Means(w, s))).Select(p => p.Setting)).Distinct()];
        Setting[] open = [Setting.Mountains, Setting.Beach, Setting.Abstract, Setting.City, Setting.Meadow, Setting.Desert, Setting.Forest];
        var setting = places.Length > 0 ? places[index % Math.Min(places.Length, 2)] : open[(int)(chance % (ulong)open.Length)];

        Hour[] hours = [.. Hours.Where(h => words.Any(h.Words.Contains)).Select(h => h.Hour)];
        // A series never opens at night.
        Hour[] anyHour = [Hour.Sunset, Hour.Day, Hour.Dawn, Hour.Night];
        var hour = hours.Length > 0 ? hours[index % hours.Length] : anyHour[((int)(chance % 3) + index) % anyHour.Length];

        return new Brief(
            setting,
            hour,
            [.. Figures.Where(f => words.Any(f.Words.Contains)).Select(f => f.Subject)],
            words.Any(w => w.StartsWith("snow", StringComparison.Ordinal) || w is "winter" or "ski" or "skiing" or "christmas"));
    }

    private static bool Means(string word, string listed) => listed[^1] == '*'
        ? word.StartsWith(listed[..^1], StringComparison.Ordinal)
        : word == listed || (word.Length == listed.Length + 1 && word[^1] == 's' && word.StartsWith(listed, StringComparison.Ordinal));

    [GeneratedRegex(@"[\p{L}-]+")]
    private static partial Regex Words();
}
