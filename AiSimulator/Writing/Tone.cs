namespace AiSimulator.Writing;

/// <summary>
/// A way of writing, as sentences with gaps: <c>{topic}</c> and <c>{Topic}</c> the phrase, <c>{a}</c>, <c>{b}</c>, <c>{c}</c> words of the prompt.
/// </summary>
internal sealed record Tone(string[] Words, string[] Headlines, string[] Openings, string[] Middles, string[] Closings)
{
    public static readonly IReadOnlyList<Tone> All =
    [
        new Tone(
            ["cosy", "cozy", "family", "home", "homemade", "coffee", "bakery", "garden", "café", "cafe", "local", "grandma"],
            ["{Topic}, made to feel like home", "Come in, it is time for {topic}", "{Topic}: the small joy of the day"],
            [
                "Some things are worth slowing down for, and {topic} is one of them.",
                "There is a place in every day for {topic}, and we kept it warm for you.",
                "We made {topic} the way you would for a friend.",
            ],
            [
                "Every detail has been chosen with care, from the first thought of {a} to the last touch of {b}.",
                "It is about {a}, of course, and about the people you share it with.",
                "You will notice {b} first; what stays with you is the feeling.",
                "Nothing here is in a hurry, because {a} never should be.",
                "Bring someone you like: {c} is better in company.",
            ],
            ["Come by and see for yourself. The door is open.", "Take a seat, we are looking forward to you.", "Yours from today, and as often as you like."]),
        new Tone(
            ["cat", "cats", "dog", "kids", "fun", "party", "play", "summer", "toy", "game", "funny", "crazy", "ice"],
            ["Psst: {topic}!", "{Topic}? Yes, please!", "Warning: {topic} may cause smiles"],
            [
                "Who said {topic} had to be serious? Not us.",
                "Stop scrolling. {Topic} has arrived, and it is in a very good mood.",
                "We took one look at {topic} and could not stop grinning.",
            ],
            [
                "There is {a}, there is {b}, and there is absolutely no reason to behave.",
                "Think {a}, add a pinch of {b}, shake well.",
                "Side effects include dancing, snacking and telling everyone about {c}.",
                "It is so much {a} that we had to open a second window.",
                "Our official test team gave {b} eleven out of ten paws.",
            ],
            ["Grab your friends and get in on it. Now!", "Ready? Set? Off you go!", "Tag the one person who needs this today."]),
        new Tone(
            ["launch", "sale", "sport", "sports", "car", "speed", "power", "tech", "startup", "fitness", "gaming", "future", "electric"],
            ["{Topic}. No compromise.", "Meet {topic}", "This changes things: {topic}"],
            [
                "You have waited long enough. This is {topic}.",
                "{Topic} is here, and it does not ask for permission.",
                "We asked how far {topic} could go. Then we went further.",
            ],
            [
                "Built around {a}. Driven by {b}. Ready when you are.",
                "Every part of it earns its place, and {a} leads the way.",
                "Less noise, more {b}.",
                "It sets a mark for {c} that others will have to follow.",
                "Where others stop at {a}, this is where it begins.",
            ],
            ["Be first. Be there.", "Make it yours today.", "The next move is yours."]),
        new Tone(
            ["luxury", "elegant", "perfume", "night", "sea", "mountain", "forest", "jewelry", "art", "moon", "wine", "travel", "sunset"],
            ["Where {topic} begins", "{Topic}, in a quiet light", "An hour of {topic}"],
            [
                "There is a moment when the light grows soft and all that is left is {topic}.",
                "Imagine {topic}: unhurried, clear, entirely yours.",
                "Between the first breath and the last glance lies {topic}.",
            ],
            [
                "Here {a} is more than a word; it is the line that holds the picture together.",
                "{B} meets {a} the way evening meets the sea.",
                "What remains is a trace of {c}, and the wish to return.",
                "You do not look at {a}. You lean into it.",
                "It speaks softly, and of {b} most of all.",
            ],
            ["Let it find you.", "Follow the light.", "Stay a little longer."]),
        new Tone(
            ["business", "service", "software", "app", "bank", "insurance", "health", "school", "clean", "simple", "quality"],
            ["{Topic}, done right", "Simply {topic}", "{Topic}: here is what you get"],
            [
                "{Topic} should be easy. So we made it easy.",
                "Here is {topic} without the small print.",
                "You know what you need: {topic} that works.",
            ],
            [
                "It starts with {a}, it includes {b}, and it ends with a result you can see.",
                "Clear terms, good people, and {a} that keeps its promise.",
                "We looked after {b} so that you do not have to.",
                "If {c} matters to you, you are in the right place.",
                "You save time, and {a} stays in your hands.",
            ],
            ["Find out more today.", "Try it, it takes a minute.", "Talk to us: we answer."]),
    ];
}
