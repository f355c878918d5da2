public import Devices

/// A simulated camera with settings of the kinds of choices that there are, to try a client's settings panel on.
public final class TestCamera: SimulatedCamera {
    private var intChoice = LetterChoice.a
    private var dictChoice = ListedChoice(0)
    private var listChoice = ListedChoice(0)
    private var tupleChoice = ListedChoice(0)

    public override var settings: [Setting] {
        let letters = ["A", "B", "C", "D"]
        let numbered = Array(zip([0, 8, 13, 22], letters)).map { (key: $0, label: $1) }
        return super.settings + [
            Setting("intEnum", of: self, \.intChoice),
            Setting("dictEnum", of: self, \.dictChoice, in: ListedChoices(numbered)),
            Setting("listEnum", of: self, \.listChoice, in: ListedChoices(letters)),
            Setting("tupleEnum", of: self, \.tupleChoice, in: ListedChoices(letters)),
        ]
    }
}

/// Letters with numbers, as an enum of Python's has them.
private enum LetterChoice: Int, SettingChoice {
    case a = 1
    case b, c, d

    var label: String { "\(self)".uppercased() }
}
