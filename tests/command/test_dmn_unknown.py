"""candour dmn eval --unknown: what is still to be known, in words and as JSON."""
import json

from common import Case, run

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="loan" namespace="urn:example:loan">
<itemDefinition name="tApplicant">
<itemComponent name="Age"><typeRef>number</typeRef></itemComponent>
<itemComponent name="Risk"><typeRef>string</typeRef><allowedValues><text>"low", "high"</text></allowedValues></itemComponent>
<itemComponent name="Town"><typeRef>string</typeRef></itemComponent>
</itemDefinition>
<inputData name="Applicant" id="a"><variable name="Applicant" typeRef="tApplicant"/></inputData>
<decision name="Loan" id="l"><variable name="Loan" typeRef="string"/>
<informationRequirement><requiredInput href="#a"/></informationRequirement>
<decisionTable hitPolicy="FIRST">
<input><inputExpression><text>Applicant.Age</text></inputExpression></input>
<input><inputExpression><text>Applicant.Risk</text></inputExpression></input>
<output/>
<rule><inputEntry><text>&lt; 18</text></inputEntry><inputEntry><text>-</text></inputEntry>
<outputEntry><text>"Declined"</text></outputEntry></rule>
<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>"high"</text></inputEntry>
<outputEntry><text>"Review"</text></outputEntry></rule>
<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
<outputEntry><text>"Accepted"</text></outputEntry></rule>
</decisionTable></decision>
</definitions>
"""


class Unknown(Case):
    def ask(self, facts, *options):
        self.write(self.work, "loan.dmn", MODEL)
        self.write(self.work, "facts.json", json.dumps(facts))
        done = run("dmn", "eval", self.path("loan.dmn"), "--input", self.path("facts.json"), "--unknown", *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_it_says_what_could_still_change_the_decision_and_to_what(self):
        said = self.ask({"Applicant": {"Risk": "low"}})
        self.assertEqual(said, 'Loan = "Accepted"\n  Still to be known: Applicant.Age: could make it "Declined".\n')

    def test_what_cannot_change_it_is_not_asked_for(self):
        said = self.ask({"Applicant": {"Age": 12}})
        self.assertEqual(said, 'Loan = "Declined"\n  Whatever is still unknown, it will be "Declined".\n')
        said = self.ask({"Applicant": {"Age": 12, "Risk": "low", "Town": "Midtown"}})
        self.assertEqual(said, 'Loan = "Declined"\n  All that it needs is known.\n')

    def test_json_has_every_unknown_input_with_its_path(self):
        unknown = json.loads(self.ask({"Applicant": {"Age": 44}}, "--json"))["Loan"]["unknown"]
        self.assertEqual(unknown["could_be"], ["Review", "Accepted"])
        self.assertFalse(unknown["anything"])
        self.assertEqual(unknown["inputs"], [
            {"input": "Applicant.Risk", "could_change": True, "could_become": ["Review", "Accepted"], "anything": False},
            {"input": "Applicant.Town", "could_change": False, "could_become": [], "anything": False}])
