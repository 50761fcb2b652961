import tierscape
from tierscape.analyses.design import design, plan_scenario
from tierscape.server import remade


def test_plan_that_is_made_again_from_its_bytes_writes_the_same_scenario():
    network = tierscape.load("mini")
    plan = design(network, horizon={"years": 2}, risk={"scenarios": 0}, search={"goals": False})
    again = remade.plan(plan.to_json())
    assert again is not None
    assert plan_scenario(network, again) == plan_scenario(network, plan)
    assert all(again.frame(table.name).equals(plan.frame(table.name)) for table in plan.TABLES)


def test_bytes_of_another_analysis_are_no_plan():
    assert remade.plan(tierscape.density(tierscape.load("mini")).to_json()) is None
