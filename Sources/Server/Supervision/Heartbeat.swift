/// Whether a worker still answers, told by how many questions in a row it has left without an answer.
///
/// Questions are counted, not seconds: a computer that was asleep, or a supervisor that was stopped, has asked none
/// meanwhile, and so takes no worker for lost.
struct Heartbeat: Sendable {
    enum Verdict: Sendable, Equatable {
        case answers
        /// It has left so much unanswered that it may hang.
        case silent
        /// It has been silent for so long that it is given up.
        case lost
    }

    /// How long a worker has for each answer.
    static let interval = Duration.seconds(2)
    /// After how many questions without an answer it is silent, and lost.
    private static let (patience, limit) = (2, 7)
    /// How long a lost one has been asked.
    static let lossTime = interval * limit
    /// How long a silent one has before it is lost.
    static let graceTime = interval * (limit - patience)

    private var missed = 0

    /// What is to be thought of a worker after a question.
    mutating func note(hasAnswered: Bool) -> Verdict {
        missed = hasAnswered ? 0 : min(missed + 1, Self.limit)
        return missed >= Self.limit ? .lost : missed >= Self.patience ? .silent : .answers
    }
}
