import Pyro
import Testing

@testable import Server

/// The state of one light, with the time passed in.
@Suite struct LightStateTests {
    private let start = ContinuousClock.now

    private func owner(_ connection: Int, host: String = "10.0.0.1") -> LightOwner {
        LightOwner(connection: connection, peer: "\(host):\(connection)", host: host, since: 0)
    }

    private func on(
        _ kind: LightKind = .laser,
        _ options: SafetyOptions = SafetyOptions(),
        by owners: LightOwner...
    ) -> LightState {
        var light = LightState(LightRules(kind, options))
        for owner in owners { light.switchOn(by: owner, start, at: 0) }
        return light
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func due(_ light: LightState) -> Duration? { light.due(start).map { $0.time - start } }

    @Test(
        arguments: [(.laser, .seconds(10)), (.gate, .seconds(10)), (.lamp, nil), (.lines, nil)]
            as [(LightKind, Duration?)]
    )
    func theDefaultDependsOnTheKind(kind: LightKind, grace: Duration?) {
        var light = on(kind, by: owner(1))
        #expect(due(light) == nil)
        let gone = light.end(of: 1, after: 1, "closed", start)
        #expect(gone == owner(1) && due(light) == grace)
    }

    @Test func theLastOwnerCounts() {
        var light = on(by: owner(1), owner(2, host: "10.0.0.2"))
        _ = light.end(of: 1, after: 1, "closed", start)
        #expect(due(light) == nil)
        let stranger = light.end(of: 3, after: 1, "closed", start)
        _ = light.end(of: 2, after: 1, "closed", at(5))
        #expect(stranger == nil && due(light) == .seconds(15))
    }

    @Test func commandsFromTheComputerOfTheOwnerJoin() {
        var light = on(by: owner(1))
        let (near, far) = (LightCaller(owner(2)), LightCaller(owner(3, host: "10.0.0.3")))
        var joined = [light.note(near, isCommand: false, start), light.note(far, isCommand: true, start)]
        _ = light.end(of: 1, after: 1, "closed", start)
        joined += [light.note(far, isCommand: true, start), light.note(near, isCommand: false, start)]
        #expect(joined == [false, false, false, false] && due(light) == .seconds(10))
        joined = [light.note(near, isCommand: true, start), light.note(near, isCommand: true, start)]
        #expect(joined == [true, false] && due(light) == nil)
    }

    @Test(arguments: [
        (UInt16(7), true), (8, true), (71, true), (72, false), (6, false), (0, false),
    ])
    func aProxyThatConnectsAgainIsKnownByItsCalls(calls: UInt16, isKnown: Bool) {
        var light = on(by: owner(1))
        _ = light.end(of: 1, after: 7, "closed", start)
        let isBack = light.note(LightCaller(owner(2), earlierCalls: calls), isCommand: false, start)
        #expect(isBack == isKnown)
    }

    @Test func callsAreCountedBeyondTheirHighestNumber() {
        var light = on(by: owner(1))
        _ = light.end(of: 1, after: 65_535, "closed", start)
        let isBack = light.note(LightCaller(owner(2), earlierCalls: 2), isCommand: false, start)
        #expect(isBack)
    }

    @Test func keptLightStaysForItsTime() {
        var light = on(.laser, SafetyOptions(onClientLost: .off(after: .zero)), by: owner(1))
        light.keep(until: at(60))
        #expect(due(light) == nil)
        _ = light.end(of: 1, after: 1, "closed", at(1))
        #expect(due(light) == .seconds(60))
        light.switchOn(by: owner(2), start, at: 0)
        #expect(light.keptUntil == nil && due(light) == nil)
    }

    @Test func commandsBeginTheTimeAgain() {
        var light = on(.lamp, SafetyOptions(lightLimit: .seconds(100)), by: owner(1))
        #expect(due(light) == .seconds(100) && light.nextEvent(start) == at(80))
        var announced = [79.0, 80, 81].map { light.takeAnnouncement(at($0)) }
        #expect(announced == [nil, .seconds(20), nil] && light.nextEvent(at(81)) == at(100))
        _ = light.note(LightCaller(owner(1)), isCommand: false, at(90))
        #expect(due(light) == .seconds(100))
        _ = light.note(LightCaller(owner(1)), isCommand: true, at(90))
        #expect(due(light) == .seconds(190))
        announced = [light.takeAnnouncement(at(170))]
        #expect(announced == [.seconds(20)])
    }

    @Test func permissionsEnd() {
        var light = LightState(LightRules(.lamp, isInterlocked: true))
        #expect(light.permission.prohibition(start)?.contains("not been checked") == true)
        light.permission = .granted(until: at(3))
        light.switchOn(by: nil, start, at: 0)
        #expect(light.permission.prohibition(start) == nil && due(light) == .seconds(3))
        #expect(light.permission.prohibition(at(3)) != nil)
        light.permission = .denied("the lid is open")
        #expect(light.due(at(1))?.time == at(1) && light.due(at(1))?.reason == "interlock: the lid is open")
    }

    @Test func anOldDecisionDoesNotEndANewLight() {
        var light = on(by: owner(1))
        let generation = light.generation
        light.switchOn(by: owner(2), start, at: 1)
        light.noteOff("its client has gone", generation: generation, at: 2)
        #expect(light.isOn && light.owners.count == 2)
        light.noteOff("its client has gone", generation: light.generation, at: 3)
        #expect(!light.isOn && light.owners.isEmpty && light.lastOff?.time == 3)
    }

    @Test func failuresAreTriedAgain() {
        var light = on(by: owner(1))
        _ = light.end(of: 1, after: 1, "closed", start)
        let isNew = light.noteFailure("unplugged", retry: at(12))
        let isNewAgain = light.noteFailure("unplugged", retry: at(14))
        #expect(isNew && !isNewAgain && light.isOn && light.nextEvent(at(13)) == at(14))
    }
}

/// The messages on interlocks.
@Suite struct InterlockMessageTests {
    @Test func conditionsSurviveTheirCoding() throws {
        let question = ConditionQuestion(
            number: 7,
            conditions: [
                InterlockCondition("Lid", .line(0, is: true)), InterlockCondition("Wheel", .position([0, 2])),
                InterlockCondition("Stage", .axis("x", within: 0...0.5)),
                InterlockCondition(DevicePath(name: "Stand", part: ".camera"), .enabled(false)),
            ]
        )
        #expect(ConditionQuestion(question.value) == question)
        let answer = ConditionAnswer(number: 7, obstacles: [nil, "it is not true"])
        #expect(ConditionAnswer(answer.value) == answer)
        let permissions = LightPermissions(lights: [("Laser", nil), ("Lamp", "the lid is open")])
        #expect(LightPermissions(permissions.value) == permissions)
    }

    @Test func answersAreForgottenWithTheirQuestions() {
        let (observed, lid) = (ObservedConditions(), InterlockCondition("Lid", .line(0, is: true)))
        #expect(observed.obstacle(to: lid, within: .seconds(2)) == "Lid has not answered yet")
        observed.note(ConditionQuestion(number: 1, conditions: [lid]))
        observed.note(ConditionAnswer(number: 2, obstacles: [nil]))
        observed.note(ConditionAnswer(number: 1, obstacles: []))
        #expect(observed.obstacle(to: lid, within: .seconds(2)) == "Lid has not answered yet")
        observed.note(ConditionAnswer(number: 1, obstacles: [nil]))
        #expect(observed.obstacle(to: lid, within: .seconds(2)) == nil)
        #expect(observed.obstacle(to: lid, within: .seconds(-1)) == "Lid does not answer")
        observed.noteEnd()
        #expect(observed.obstacle(to: lid, within: .seconds(2)) == "the process of Lid has ended")
        observed.note(ConditionQuestion(number: 3, conditions: [lid]))
        #expect(observed.obstacle(to: lid, within: .seconds(2)) == "Lid has not answered yet")
    }

    @Test func statusSurvivesItsCoding() throws {
        var status = LightStatus(LightRules(.laser, SafetyOptions(lightLimit: .seconds(60)), isInterlocked: true))
        status.interlock = "the lid is open"
        var output = LightStatus.Output(name: "light", isOn: true)
        (output.owners, output.since, output.keptUntil) = (["10.0.0.1:4"], 1, 2)
        (output.offTime, output.offReason) = (3, "its client has gone")
        status.outputs = [output]
        #expect(LightStatus(status.value) == status)
        #expect(
            status.remarks { "\($0)" } == [
                "light is on, owned by 10.0.0.1:4 since 1.0, kept on until 2.0; goes off at 3.0: its client has gone",
                "interlock: light must not be on: the lid is open",
            ]
        )
    }
}
